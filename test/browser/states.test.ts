import { expect, test } from 'vitest';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { openSignedIn, phone, useBrowser, wide } from './chromium.ts';
import { expectAccessibleInBoth, goTo } from './screens.ts';
import { startMixed, useOrchestrator } from './world.ts';

/** Screens in each state that is forced on them, without a fault for assistive technology. */

const mixed = useOrchestrator(startMixed);
const empty = useOrchestrator(startSmallOrchestrator);
const browser = useBrowser();

const screens = [
  '',
  'campaigns',
  'campaigns/sp4',
  'campaigns/sp4?tab=clients',
  'campaigns/sp4?tab=plan',
  'campaigns/sp4?tab=report',
  'campaigns/sp4?tab=audit',
  'clients/pc-2',
  'blockers',
  'approvals',
  'plan',
  'fleet',
  'fleet/import',
  'releases',
  'audit',
  'settings',
  'wall',
] as const;

/** Half of the screens in each width: every state is seen in both, and in both colours. */
const screensOf = ({ width }: { readonly width: number }): readonly string[] =>
  screens.filter((_, at) => at % 2 === (width === wide.width ? 0 : 1));

test.each([wide, phone])('while every answer is on its way: $width wide', async (looks) => {
  const visited = await openSignedIn(browser(), mixed(), looks);
  const { page, context } = visited;
  // Nothing is answered but who is signed in; what was asked before is forgotten by the reload.
  await page.route(/\/v1\/(?!session)/, () => undefined);
  await page.reload();
  for (const path of screensOf(looks)) {
    await goTo(page, path);
    await page.locator('main h1, .wall').first().waitFor();
    await page.locator('.skeleton, .wall, .panel').first().waitFor();
    await expectAccessibleInBoth(page, looks);
  }
  await context.close();
});

test.each([wide, phone])('without a campaign, a fleet or a release: $width wide', async (looks) => {
  const visited = await openSignedIn(browser(), empty(), looks);
  for (const path of screensOf(looks)) {
    await goTo(visited.page, path);
    await visited.page.locator('main h1').waitFor();
    await visited.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await expectAccessibleInBoth(visited.page, looks);
  }
  await visited.context.close();
});

test.each([wide, phone])('after the loss of the orchestrator: $width wide', async (looks) => {
  const visited = await openSignedIn(browser(), mixed(), looks);
  const { page, context } = visited;
  for (const path of screensOf(looks)) {
    await goTo(page, path);
    await page.locator('main h1').waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
  }
  await context.setOffline(true);
  await page.locator('main.stale').waitFor();
  for (const path of screensOf(looks)) {
    await goTo(page, path);
    await page.locator('main.stale').waitFor();
    await expectAccessibleInBoth(page, looks);
  }
  await context.close();
});

test.each([wide, phone])('for a viewer: $width wide', async (looks) => {
  const name = `look-${looks.width}`;
  const token = await makeToken(mixed(), name, { role: 'viewer' });
  const visited = await openSignedIn(browser(), { ...mixed(), token }, looks);
  for (const path of screensOf(looks)) {
    await goTo(visited.page, path);
    await visited.page.locator('main h1').waitFor();
    await visited.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await expectAccessibleInBoth(visited.page, looks);
  }
  expect(await visited.page.getByRole('button', { name: 'Approve…' }).count()).toBe(0);
  await visited.context.close();
});
