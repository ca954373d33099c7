import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { htmlOf } from '../../orchestrator/report/html.ts';
import { reportDocument } from '../../orchestrator/report/sections.ts';
import { type SampleOptions, sampleReport } from '../report/sample-report.ts';
import { useBrowser } from './chromium.ts';
import { violationsOn } from './screens.ts';

const hostile = '<img src=x onerror=alert(1)>';

const browser = useBrowser();
const folder = mkdtempSync(join(tmpdir(), 'servpack-report-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Looks {
  readonly width?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
}

/** Opens a report from the disk, and keeps what it asks for or complains about. */
async function opened(options: SampleOptions, { width = 1_000, ...looks }: Looks = {}) {
  const path = join(folder, 'report.html');
  writeFileSync(path, [...htmlOf(reportDocument(await sampleReport(options)))].join(''));
  const context = await browser().newContext({ viewport: { width, height: 900 }, ...looks });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('console', (message) => trouble.push(message.text()));
  page.on('pageerror', (error) => trouble.push(error.message));
  page.on('dialog', (dialog) => void trouble.push(dialog.message()));
  page.on('request', (request) => trouble.push(request.url()));
  const url = pathToFileURL(path).href;
  await page.goto(url);
  return { page, context, trouble: () => trouble.filter((each) => each !== url) };
}

const widthOf = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth');

describe('the report as an HTML file', () => {
  test.each([
    ['light', 1_000],
    ['dark', 1_000],
    ['light', 390],
    ['dark', 390],
  ] as const)('has no fault for assistive technology: %s, %i pixels wide', async (colorScheme, width) => {
    const { page, context, trouble } = await opened({ size: 489 }, { colorScheme, width });
    // Folded parts are looked at as well.
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await violationsOn(page)).toEqual([]);
    expect(await widthOf(page)).toBe(width);
    expect(trouble()).toEqual([]);
    await context.close();
  });

  test('needs no script, and says its verdict first', async () => {
    const { page, context } = await opened({ size: 489 }, { javaScriptEnabled: false });
    expect(await page.locator('h1').textContent()).toBe('sms-sp4');
    expect(await page.locator('h2').first().textContent()).toBe('Done, with exceptions');
    expect(await page.locator('svg[role=img]').count()).toBe(3);
    await context.close();
  });

  test('shows hostile names as text, and neither asks for nor runs anything', async () => {
    const { page, context, trouble } = await opened({ size: 60, hostile });
    expect(await page.locator('h1').textContent()).toBe(`sms-sp4${hostile}`);
    expect(await page.locator('img, script, iframe').count()).toBe(0);
    expect(await page.getByText(hostile).count()).toBeGreaterThan(20);
    expect(trouble()).toEqual([]);
    await context.close();
  });

  test.each([
    ['that ended', { size: 489 }],
    ['that runs', { size: 4_900, isRunning: true }],
  ])('of a campaign %s is printed on at most six pages', async (_what, options) => {
    const { page, context } = await opened(options, { colorScheme: 'dark' });
    const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
    const pages = pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThan(1);
    expect(pages).toBeLessThanOrEqual(6);
    // On paper it is light, also where the screen is dark.
    await page.emulateMedia({ media: 'print' });
    const back = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    expect(back).toBe('rgb(255, 255, 255)');
    await context.close();
  });
});
