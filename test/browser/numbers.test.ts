import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openSignedIn, useBrowser } from './chromium.ts';
import { openScreen } from './screens.ts';
import { startMixed, useOrchestrator } from './world.ts';

const orchestrator = useOrchestrator(startMixed);
const browser = useBrowser();

/** Where numbers of clients stand, with words that say that the answer is there. */
const screens = [
  ['', 'Needs a person'],
  ['campaigns', 'later'],
  ['campaigns/sp4', 'Fix first'],
  ['campaigns/sp4?tab=servers', 'LS-MIL'],
  ['campaigns/sp4?tab=blockers', 'Blocked now'],
  ['blockers', 'Blocked now'],
] as const;

interface Found {
  readonly count: number;
  readonly href: string;
}

// As text: it runs in the browser, whose types this file does not have.
const countsOn = (page: Page): Promise<readonly Found[]> =>
  page.evaluate<readonly Found[]>(
    `[...document.querySelectorAll('main [data-count]')].map((link) =>
      ({ count: Number(link.dataset.count), href: link.getAttribute('href') }))`,
  );

/** How many rows the list has, and how many it says that there are. */
async function listOn(page: Page): Promise<readonly number[]> {
  const says = (await page.locator('main .pages').textContent()) ?? '';
  return [await page.locator('main tbody tr').count(), Number(/of (\d+) client/.exec(says)?.[1])];
}

test('every number of clients leads to a list of just as many', async () => {
  const visited = await openSignedIn(browser(), orchestrator());
  const { page } = visited;
  const found = new Map<string, Set<number>>();
  for (const [path, says] of screens) {
    await openScreen(visited, path, says);
    await page.locator('main [data-count]').first().waitFor();
    const counts = await countsOn(page);
    for (const { count, href } of counts) found.set(href, (found.get(href) ?? new Set()).add(count));
  }
  for (const [href, counts] of found) {
    await openScreen(visited, href.slice(1), ' client');
    // The list before stays until the answer has come.
    await expect.poll(() => listOn(page), { message: href }).toEqual([...counts, ...counts]);
  }
  const asked = [...found.keys()].join('\n');
  for (const filter of [
    'state=notOk',
    'state=finished',
    'state=unfinished',
    'state=inProgress',
    'causeIs=',
    'waitsFor=',
    'blocks=alone',
    'blocks=ever',
  ])
    expect(asked).toContain(filter);
  expect(visited.trouble).toEqual([]);
  await visited.context.close();
});
