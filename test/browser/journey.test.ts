import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { leaderRound } from '../api/world.ts';
import { followFor } from '../fixtures/event-reader.ts';
import {
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { bring, changes } from '../integration/admitted-clients.ts';
import { openSignedIn, useBrowser, type Visit } from './chromium.ts';
import { goTo, openScreen } from './screens.ts';

const browser = useBrowser();

const campaign = `campaign: sp4
release: sms-sp4
waves:
  - { name: canary, count: 4, gate: { settled: 50 %, failures: 20 %, minSample: 2 } }
  - { name: rest, rest: true }
approvals: [{ wave: rest, expires: 24h, by: another }]
`;

/** How a person reaches a control and uses it. */
interface Hand {
  press(control: Locator): Promise<void>;
  write(field: Locator, text: string): Promise<void>;
}

const mouse: Hand = {
  press: (control) => control.click(),
  write: (field, text) => field.fill(text),
};

/** A screen has no more controls than these. */
const controlsAtMost = 150;

/** Runs in the browser, whose types this file does not have. */
const hasFocus = (node: unknown): boolean =>
  node === (globalThis as unknown as { document: { activeElement: unknown } }).document.activeElement;

/** By Tab alone, as one goes who has no mouse: what cannot be reached so fails. */
const keyboard = (page: Page): Hand => {
  const reach = async (control: Locator): Promise<void> => {
    await control.waitFor();
    for (let tabs = 0; tabs < controlsAtMost; tabs += 1) {
      if (await control.evaluate(hasFocus)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${String(control)}`);
  };
  return {
    press: async (control) => {
      await reach(control);
      await page.keyboard.press('Enter');
    },
    write: async (field, text) => {
      await reach(field);
      await page.keyboard.type(text);
    },
  };
};

const opened = ({ url }: SmallOrchestrator, token: string): Promise<Visit> =>
  openSignedIn(browser(), { url, token });

/** The names of the clients of each wave, in order, before one of them is admitted. */
async function namesByWave({ store }: SmallOrchestrator): Promise<readonly (readonly string[])[]> {
  const picks = await Array.fromAsync(store.waiting('sp4'));
  return [0, 1].map((wave) =>
    picks
      .filter((pick) => pick.wave === wave)
      .map(({ client }) => client)
      .toSorted(),
  );
}

/** What workers would do: every client ends, the first of them as failed. */
async function work(
  { store }: SmallOrchestrator,
  clients: readonly string[],
  failing: number,
): Promise<void> {
  for (const [at, client] of clients.entries())
    await bring(store, client, at < failing ? changes.failed : changes.upgraded, { index: 'settled' });
}

test.each(['mouse', 'keyboard'] as const)('a campaign from the fleet to its report, by %s', async (by) => {
  await using orchestrator = await startSmallOrchestrator();
  await using _following = await followFor(orchestrator.events, orchestrator.store);
  const token = (person: string, role: 'operator' | 'administrator') =>
    makeToken(orchestrator, person, { role, person });
  const anna = await opened(orchestrator, await token('anna', 'administrator'));
  const { page } = anna;
  const hand = by === 'mouse' ? mouse : keyboard(page);
  const button = (name: string, at: Page = page) => at.getByRole('button', { name, exact: true });

  await goTo(page, 'fleet/import');
  await hand.write(page.getByLabel('Text of the fleet file'), fleetCsv);
  await hand.press(button('Check the file'));
  await hand.press(page.getByRole('button', { name: /^Import/ }));
  const imports = page.getByRole('dialog').getByRole('button', { name: /^Import/ });
  await hand.press(imports);
  await expect.poll(async () => (await orchestrator.ask('GET', '/v1/fleet?limit=0')).body.total).toBe(10);

  const mine = { authorization: `Bearer ${await token('anna-too', 'operator')}` };
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) }, mine);
  await orchestrator.ask('POST', '/v1/campaigns', { file: 'sp4.yaml', text: campaign }, mine);
  await openScreen(anna, 'campaigns/sp4', 'canary');
  await hand.press(button('Start…'));
  const start = page.getByRole('dialog', { name: 'Start sp4' });
  const typed = start.getByLabel('Type 10 to confirm');
  await hand.write(typed, '10');
  await hand.press(start.getByRole('button', { name: 'Start', exact: true }));
  await page.getByText('Campaign sp4 is running').waitFor();

  const [canary = [], others = []] = await namesByWave(orchestrator);
  // Half of the first wave fails: the gate pauses, says why, and asks for the number of failures.
  await work(orchestrator, canary, 2);
  await leaderRound(orchestrator, undefined);
  await page.getByText('A gate has paused sp4').waitFor();
  await hand.press(button('Resume…').first());
  const resume = page.getByRole('dialog', { name: 'Resume sp4' });
  await resume.getByText('You accept 2 failed and 0 that need attention:').waitFor();
  await hand.write(resume.getByLabel('Type 2 to confirm'), '2');
  await hand.press(resume.getByRole('button', { name: 'Resume', exact: true }));
  // What the start has said may still stand there.
  await expect
    .poll(async () => (await orchestrator.ask('GET', '/v1/campaigns/sp4')).body.status)
    .toBe('running');
  await page.getByText('Campaign sp4 is running').waitFor();

  // The next wave waits for another person than the one who has started it.
  await leaderRound(orchestrator, undefined);
  await page.getByText('Wave rest of sp4 waits for approval').waitFor();
  await hand.press(button('Approve…').first());
  const own = page.getByRole('dialog', { name: 'Approve sp4/wave/rest' });
  await hand.write(own.getByLabel('Type sp4/wave/rest to confirm'), 'sp4/wave/rest');
  await hand.press(own.getByRole('button', { name: 'Approve', exact: true }));
  await own.getByRole('alert').filter({ hasText: /anna/ }).waitFor();
  await hand.press(own.getByRole('button', { name: 'Cancel' }));
  const bert = await opened(orchestrator, await token('bert', 'administrator'));
  await openScreen(bert, 'approvals', 'wave rest of campaign sp4');
  const theirs = by === 'mouse' ? mouse : keyboard(bert.page);
  await theirs.press(button('Approve…', bert.page));
  const yes = bert.page.getByRole('dialog', { name: 'Approve sp4/wave/rest' });
  await theirs.write(yes.getByLabel('Type sp4/wave/rest to confirm'), 'sp4/wave/rest');
  await theirs.press(yes.getByRole('button', { name: 'Approve', exact: true }));
  await bert.page.getByText('No question waits for a person.').waitFor();

  await leaderRound(orchestrator, undefined);
  await work(orchestrator, others, 0);
  for (let round = 0; round < 3; round += 1) await leaderRound(orchestrator, undefined);
  await page.getByText('sp4 has ended, and not every client has the release').waitFor();
  await hand.press(page.getByRole('link', { name: 'Report', exact: true }));
  await page.getByRole('heading', { name: 'Done, with exceptions' }).waitFor();
  await page.locator('main').getByText('bert').first().waitFor();
  expect([...anna.trouble, ...bert.trouble].filter((each) => !/status of 4\d\d/.test(each))).toEqual([]);
  await Promise.all([anna.context.close(), bert.context.close()]);
});
