import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { needBrowser, openBrowser, signIn, visit, type Visit } from './chromium.ts';
import { expectAccessible, goTo } from './screens.ts';
import { startMixed } from './world.ts';

/** Screens in each state that is forced on them, without a fault for assistive technology. */

let browser: Browser | null;
let mixed: SmallOrchestrator;
let empty: SmallOrchestrator;

beforeAll(async () => {
  browser = await openBrowser();
  [mixed, empty] = await Promise.all([startMixed(), startSmallOrchestrator()]);
});
afterAll(async () => {
  await browser?.close();
  await Promise.all([mixed, empty].map((each) => each[Symbol.asyncDispose]()));
});
beforeEach(needBrowser);

const wide = { colorScheme: 'light', width: 1280, height: 800 } as const;
const phone = { colorScheme: 'dark', width: 390, height: 844 } as const;

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

async function opened(
  { url }: SmallOrchestrator,
  token: string,
  looks: Parameters<typeof visit>[2],
): Promise<Visit> {
  if (browser === null) throw new Error('there is no browser');
  const visited = await visit(browser, url, looks);
  await signIn(visited, url, token);
  return visited;
}

test.each([wide, phone])('while every answer is on its way: $colorScheme, $width', async (looks) => {
  const visited = await opened(mixed, mixed.token, looks);
  const { page, context } = visited;
  // Nothing is answered but who is signed in; what was asked before is forgotten by the reload.
  await page.route(/\/v1\/(?!session)/, () => undefined);
  for (const path of screensOf(looks)) {
    await page.goto(`${mixed.url}/${path}`);
    await page.locator('.skeleton, .wall, .panel').first().waitFor();
    await expectAccessible(page);
  }
  await context.close();
});

test.each([wide, phone])('without a campaign, a fleet or a release: $colorScheme, $width', async (looks) => {
  const visited = await opened(empty, empty.token, looks);
  for (const path of screensOf(looks)) {
    await goTo(visited.page, path);
    await visited.page.locator('main h1').waitFor();
    await visited.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await expectAccessible(visited.page);
  }
  await visited.context.close();
});

test.each([wide, phone])('after the loss of the orchestrator: $colorScheme, $width', async (looks) => {
  const visited = await opened(mixed, mixed.token, looks);
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

test.each([wide, phone])('for one who may only look: $colorScheme, $width', async (looks) => {
  const name = `look-${looks.width}`;
  const visited = await opened(mixed, await makeToken(mixed, name, { role: 'viewer' }), looks);
  for (const path of screensOf(looks)) {
    await goTo(visited.page, path);
    await visited.page.locator('main h1').waitFor();
    await visited.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await expectAccessible(visited.page);
  }
  expect(await visited.page.getByRole('button', { name: 'Approve…' }).count()).toBe(0);
  await visited.context.close();
});
