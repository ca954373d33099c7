import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import {
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { type Looks, openSignedIn, phone, useBrowser, type Visit } from './chromium.ts';
import { expectAccessible, goTo } from './screens.ts';
import { useOrchestrator } from './world.ts';

/** An orchestrator with a fleet and a release, without a campaign. */
async function startSupplied(): Promise<SmallOrchestrator> {
  const orchestrator = await startSmallOrchestrator();
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  return orchestrator;
}

const orchestrator = useOrchestrator(startSupplied);
const browser = useBrowser();

async function opened(token = orchestrator().token, looks: Looks = {}): Promise<Visit> {
  const visited = await openSignedIn(browser(), { ...orchestrator(), token }, looks);
  await goTo(visited.page, 'plan');
  return visited;
}

const textOf = (page: Page) => page.getByLabel('Text of the campaign file');
const campaigns = async (): Promise<readonly string[]> =>
  (await orchestrator().ask('GET', '/v1/campaigns')).body.campaigns.map(
    ({ campaign }: { campaign: string }) => campaign,
  );

describe('a campaign file on the page', () => {
  test('has each of its faults shown by line and key', async () => {
    const { page, context } = await opened();
    await textOf(page).fill('campaign: sp4\nrelease: sms-sp4\nwaves:\n  - { name: all, count: none }\n');
    await page.getByRole('button', { name: 'Plan', exact: true }).click();
    await page.getByRole('row', { name: '4 waves[0].count is "none"' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Simulate', exact: true }).click();
    await expect.poll(() => page.getByRole('row', { name: '4 waves[0].count is "none"' }).count()).toBe(2);
    await context.close();
  });

  test('goes from an example over plan and simulation to a campaign that runs, by keyboard', async () => {
    const { page, context, trouble } = await opened();
    const press = async (name: string): Promise<void> => {
      await page.getByRole('button', { name, exact: true }).focus();
      await page.keyboard.press('Enter');
    };
    await page.getByLabel('Begin with').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(() => textOf(page).inputValue()).toContain('release: sms-sp4');
    await press('Plan');
    await page.getByText('of 10 clients').waitFor();
    await page.getByRole('row', { name: 'canary 5 LS-' }).waitFor();
    await press('Simulate');
    await page.getByRole('heading', { name: 'What would make it faster' }).waitFor();
    await expectAccessible(page);
    const slider = page.getByRole('slider', { name: 'Clients at the same time' });
    await slider.focus();
    for (const key of ['Home', 'ArrowRight']) await page.keyboard.press(key);
    await page.getByText('Simulate it again').waitFor();
    expect(page.url()).toContain('plan?active=2');
    await press('Simulate');
    await press('Use these');
    await expect.poll(() => textOf(page).inputValue()).toContain('  active: 2\n  perLogonServer: 25\n');
    expect(page.url()).not.toContain('active');
    await page.getByText('The file has changed since. Plan it again.').waitFor();
    await press('Plan');
    await press('Create…');
    const dialog = page.getByRole('dialog', { name: 'Create first' });
    await dialog.getByText('Creates first: 10 clients in 2 waves.').waitFor();
    await expectAccessible(page);
    expect(await campaigns()).toEqual([]);
    await dialog.getByRole('button', { name: 'Create', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'first' }).waitFor();
    await press('Start…');
    await page.getByRole('dialog', { name: 'Start first' }).getByLabel('Type 10 to confirm').fill('10');
    await page.keyboard.press('Enter');
    await page.getByText('Campaign first is running').waitFor();
    const { body } = await orchestrator().ask('GET', '/v1/campaigns/first');
    expect(body.status).toBe('running');
    expect(trouble).toEqual([]);
    await context.close();
  });

  test('is begun with a copy of a campaign, and a viewer reads who may plan it', async () => {
    const { page, context } = await opened();
    await page.getByLabel('Begin with').selectOption('first');
    await expect.poll(() => textOf(page).inputValue()).toContain('campaign: first-2');
    await context.close();
    const token = await makeToken(orchestrator(), 'viewer', { role: 'viewer' });
    const viewer = await opened(token, phone);
    const plan = viewer.page.getByRole('button', { name: 'Plan', exact: true });
    expect(await plan.getAttribute('title')).toBe('Needs operator or administrator; you are viewer.');
    await expectAccessible(viewer.page);
    expect(viewer.trouble).toEqual([]);
    await viewer.context.close();
  });
});
