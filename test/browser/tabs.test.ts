import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeToken } from '../fixtures/tokens.ts';
import { openSignedIn, useBrowser, type Visit } from './chromium.ts';
import { openScreen } from './screens.ts';
import { startMixed, useOrchestrator } from './world.ts';

const orchestrator = useOrchestrator(startMixed);
const browser = useBrowser();

const opened = (token = orchestrator().token): Promise<Visit> =>
  openSignedIn(browser(), { ...orchestrator(), token });

test('the report is that of the command, and each of its files can be saved', async () => {
  const visited = await opened();
  const { page } = visited;
  await openScreen(visited, 'campaigns/sp4?tab=report', 'Read on');
  const { body } = await orchestrator().ask('GET', '/v1/campaigns/sp4/report/document');
  await page.getByRole('heading', { name: body.verdict.word, exact: true }).waitFor();
  await page.locator('main').getByText(body.verdict.says).waitFor();
  for (const { title } of body.sections) await page.getByRole('heading', { name: title }).waitFor();
  // No rule of the page gives the boxes of a chart another size.
  const boxes = await page
    .locator('main svg.chart rect[width]')
    .evaluateAll((rects) =>
      rects.map((rect) => [rect.getAttribute('width'), rect.getBoundingClientRect().width]),
    );
  expect(boxes.length).toBeGreaterThan(3);
  for (const [drawn, shown] of boxes) expect(shown).toBeCloseTo(Number(drawn), 0);
  const begins = {
    HTML: '<!doctype html>',
    Markdown: '# sp4',
    'Clients as CSV': 'client,wave,',
    'Clients as JSON Lines': '{"',
  };
  for (const [name, begin] of Object.entries(begins)) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name, exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^sp4\.(html|md|csv|jsonl)$/);
    expect(readFileSync(await download.path(), 'utf8').slice(0, begin.length)).toBe(begin);
  }
  expect(visited.trouble).toEqual([]);
  await visited.context.close();
});

test('the audit of a campaign is filtered by person and client, and its seal is verified', async () => {
  const visited = await opened();
  const { page } = visited;
  await openScreen(visited, 'campaigns/sp4?tab=audit', 'lunch');
  const rows = page.locator('main tbody tr');
  const all = await rows.count();
  await page.getByLabel('Client', { exact: true }).fill('pc-0');
  await page.keyboard.press('Enter');
  await page.waitForURL(/client=pc-0/);
  await page.locator('main').getByText('lunch').waitFor({ state: 'detached' });
  expect(await rows.count()).toBeLessThan(all);
  await page.getByLabel('Client', { exact: true }).fill('');
  await page.getByLabel('Who did it').fill('nobody of this name');
  await page.keyboard.press('Enter');
  await page.getByText('No entry matches.').waitFor();
  await page.getByRole('button', { name: 'Verify the seal' }).click();
  await page.getByText(/^Unchanged: /).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Export JSON Lines' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('sp4-audit.jsonl');
  await visited.context.close();
});

test('a viewer sees the audit, and reads who may verify and export it', async () => {
  const token = await makeToken(orchestrator(), 'screen', { role: 'viewer' });
  const visited = await opened(token);
  const { page } = visited;
  await openScreen(visited, 'campaigns/sp4?tab=audit', 'lunch');
  const verify = page.getByRole('button', { name: 'Verify the seal' });
  expect(await verify.getAttribute('aria-disabled')).toBe('true');
  expect(await verify.getAttribute('title')).toBe(
    'Needs operator, approver, administrator or auditor; you are viewer.',
  );
  expect(await page.getByRole('link', { name: /^Export/ }).count()).toBe(0);
  await visited.context.close();
});
