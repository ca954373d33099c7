import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openBrowser, signIn, visit } from './chromium.ts';
import { openScreen } from './screens.ts';
import { shownAt, startShown } from './shown.ts';

const docs = join(import.meta.dirname, '../../docs');

interface Shot {
  readonly file: string;
  readonly path: string;
  /** Words that say that the answer is there. */
  readonly says: string;
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

/** The pictures of README and docs/page.md. */
const shots: readonly Shot[] = [
  {
    file: 'page.png',
    path: 'campaigns/sp4',
    says: 'pcmsvc32',
    colorScheme: 'light',
    width: 1280,
    height: 900,
  },
  {
    file: 'page-phone.png',
    path: 'campaigns/sp4',
    says: 'pcmsvc32',
    colorScheme: 'dark',
    width: 390,
    height: 844,
  },
  {
    file: 'page-wall.png',
    path: 'wall',
    says: 'needs a person',
    colorScheme: 'dark',
    width: 1280,
    height: 720,
  },
];

/** Width and height, as the head of a PNG file says them. */
function sizeOf(file: string): readonly [width: number, height: number] {
  const head = readFileSync(join(docs, file)).subarray(0, 24);
  expect(head.subarray(1, 4).toString('latin1')).toBe('PNG');
  return [head.readUInt32BE(16), head.readUInt32BE(20)];
}

// SERVPACK_SHOTS=1 npx vitest run test/browser/shots takes the pictures again.
test.runIf(process.env['SERVPACK_SHOTS'] === '1')('the pictures are taken', async () => {
  const browser = await openBrowser();
  if (browser === null) throw new Error('there is no browser');
  await using orchestrator = await startShown();
  for (const { file, path, says, ...looks } of shots) {
    const visited = await visit(browser, orchestrator.url, looks);
    const { page, context } = visited;
    await page.clock.setFixedTime(shownAt);
    await page.emulateMedia({ reducedMotion: 'reduce', colorScheme: looks.colorScheme });
    await signIn(visited, orchestrator.url, orchestrator.token);
    await openScreen(visited, path, says);
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await page.screenshot({ path: join(docs, file), animations: 'disabled', caret: 'hide' });
    expect(visited.trouble).toEqual([]);
    await context.close();
  }
  await browser.close();
});

describe('each picture of the page', () => {
  test.each(shots)('$file is there in its size, and a page shows it', ({ file, width, height }) => {
    expect(sizeOf(file)).toEqual([width, height]);
    const shown = ['../README.md', 'page.md'].map((name) => readFileSync(join(docs, name), 'utf8'));
    expect(shown.some((text) => text.includes(`${file})`))).toBe(true);
  });
});
