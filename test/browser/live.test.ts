import { expect, test } from 'vitest';
import { followFor } from '../fixtures/event-reader.ts';
import { type SmallOrchestrator, startRunning } from '../fixtures/small-orchestrator.ts';
import { openSignedIn, useBrowser, type Visit } from './chromium.ts';

const browser = useBrowser();

async function opened(orchestrator: SmallOrchestrator): Promise<Visit> {
  const visited = await openSignedIn(browser(), orchestrator);
  await visited.page.getByRole('button', { name: 'live', exact: true }).waitFor();
  return visited;
}

test('what is done elsewhere appears on every page, and the pages agree', async () => {
  await using orchestrator = await startRunning();
  await using _following = await followFor(orchestrator.events, orchestrator.store);
  const visits = [await opened(orchestrator), await opened(orchestrator)];
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'the phones ring' });
  for (const { page } of visits) await page.getByText('the phones ring').first().waitFor();
  await orchestrator.ask('POST', '/v1/halt', { reason: 'the network is down' });
  for (const { page } of visits) await page.getByText('Everything is halted by').first().waitFor();
  expect(visits.flatMap(({ trouble }) => trouble)).toEqual([]);
  await Promise.all(visits.map(({ context }) => context.close()));
});

test('an orchestrator that does not answer is said, and what was known stays, greyed', async () => {
  await using orchestrator = await startRunning();
  await using _following = await followFor(orchestrator.events, orchestrator.store);
  const visited = await opened(orchestrator);
  const { page, context } = visited;
  await page.getByRole('link', { name: 'sp4', exact: true }).waitFor();
  await context.setOffline(true);
  await page.getByRole('button', { name: /^lost \d\d:\d\d:\d\d/ }).waitFor();
  await page.getByRole('link', { name: 'sp4', exact: true }).waitFor();
  expect(await page.locator('main').getAttribute('class')).toContain('stale');
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'said meanwhile' });
  await context.setOffline(false);
  await page.getByText('said meanwhile').first().waitFor();
  await page.getByRole('button', { name: 'live', exact: true }).waitFor();
  await context.close();
});

test('a frozen view stands still, counts what changes, and shows it afterwards', async () => {
  await using orchestrator = await startRunning();
  await using _following = await followFor(orchestrator.events, orchestrator.store);
  const visited = await opened(orchestrator);
  const { page, context } = visited;
  await page.getByRole('link', { name: 'sp4', exact: true }).waitFor();
  await page.keyboard.press('p');
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'not yet seen' });
  await page.getByRole('button', { name: /^frozen .*, [1-9]\d* changes?$/ }).waitFor();
  expect(await page.getByText('not yet seen').count()).toBe(0);
  await page.keyboard.press('p');
  await page.getByText('not yet seen').first().waitFor();
  await context.close();
});
