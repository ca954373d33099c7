import { expect, test } from 'vitest';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { openSignedIn, phone, useBrowser, wide } from './chromium.ts';
import { expectAccessible, goTo } from './screens.ts';
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
  'fleet',
  'releases',
  'audit',
  'settings',
  'wall',
] as const;

/** Half of the screens in each of the two looks: every state is seen in both. */
const screensOf = ({ width }: { readonly width: number }): readonly string[] =>
  screens.filter((_, at) => at % 2 === (width === wide.width ? 0 : 1));

test.each([wide, phone])('while every answer is on its way: $colorScheme, $width', async (looks) => {
  const visited = await openSignedIn(browser(), mixed(), looks);
  const { page, context } = visited;
  // Nothing is answered but who is signed in; what was asked before is forgotten by the reload.
  await page.route(/\/v1\/(?!session)/, () => undefined);
  for (const path of screensOf(looks)) {
    await page.goto(`${mixed().url}/${path}`);
    await page.locator('.skeleton, .wall, .panel').first().waitFor();
    await expectAccessible(page);
  }
  await context.close();
});

test.each([wide, phone])('without a campaign, a fleet or a release: $colorScheme, $width', async (looks) => {
  const visited = await openSignedIn(browser(), empty(), looks);
  for (const path of screensOf(looks)) {
    await goTo(visited.page, path);
    await visited.page.locator('main h1').waitFor();
    await visited.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await expectAccessible(visited.page);
  }
  await visited.context.close();
});

test.each([wide, phone])('after the loss of the orchestrator: $colorScheme, $width', async (looks) => {
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
    await expectAccessible(page);
  }
  await context.close();
});

test.each([wide, phone])('for a viewer: $colorScheme, $width', async (looks) => {
  const name = `look-${looks.width}`;
  const token = await makeToken(mixed(), name, { role: 'viewer' });
  const visited = await openSignedIn(browser(), { ...mixed(), token }, looks);
  for (const path of screensOf(looks)) {
    await goTo(visited.page, path);
    await visited.page.locator('main h1').waitFor();
    await visited.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await expectAccessible(visited.page);
  }
  expect(await visited.page.getByRole('button', { name: 'Approve…' }).count()).toBe(0);
  await visited.context.close();
});
