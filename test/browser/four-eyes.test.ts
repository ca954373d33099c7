import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Role } from '../../orchestrator/http/contract/permissions.ts';
import { makeToken } from '../fixtures/tokens.ts';
import { wide } from '../integration/admitted-clients.ts';
import { type FourEyesWorld, fourEyes, startFourEyesWorld } from '../integration/four-eyes-world.ts';
import { openSignedIn, useBrowser, type Visit } from './chromium.ts';
import { openScreen, violationsOn } from './screens.ts';

const browser = useBrowser();
let world: FourEyesWorld;

beforeAll(async () => {
  world = await startFourEyesWorld(fourEyes('abort', 'withdraw'));
  const text = wide.replace('campaign: sp4', 'campaign: sp3').replace('release: sms-sp4', 'release: sms-sp3');
  const made = await world.as('olga', 'administrator', 'POST', '/v1/campaigns', { file: 'c.yaml', text });
  if (made.status !== 200) throw new Error(JSON.stringify(made.body));
});
afterAll(() => world[Symbol.asyncDispose]());

async function asPerson(person: string, role: Role): Promise<Visit> {
  const { orchestrator } = world;
  const token = await makeToken(orchestrator, `page-${person}-${role}`, { role, person });
  return openSignedIn(browser(), { ...orchestrator, token });
}

test('a button asks where another person must approve, and that person decides on the page', async () => {
  await world.as('anna', 'operator', 'POST', '/v1/releases/sms-sp3/withdraw', { reason: 'a file is wrong' });
  const asks = await asPerson('anna', 'operator');
  await openScreen(asks, 'campaigns/sp4', 'Waves');
  await asks.page.getByRole('button', { name: 'Abort…' }).click();
  const dialog = asks.page.getByRole('dialog', { name: 'Abort sp4' });
  await dialog.getByLabel('Reason').fill('the wrong release');
  await dialog.getByLabel('Type sp4 to confirm').fill('sp4');
  await dialog.getByRole('button', { name: 'Ask for approval', exact: true }).click();
  await asks.page.getByText('Nothing was done yet: sp4/abort/2 waits for another person').waitFor();
  expect((await world.orchestrator.store.readCampaign('sp4'))?.campaign.state.status).toBe('running');

  // Also an administrator does not approve what the same person has asked for.
  const same = await asPerson('anna', 'administrator');
  for (const [path, says] of [
    ['', 'Another person must approve: abort sp4'],
    ['approvals', 'the wrong release'],
  ] as const) {
    await openScreen(same, path, says);
    const approve = same.page.getByRole('button', { name: 'Approve…' }).first();
    await approve.waitFor();
    expect(await approve.getAttribute('aria-disabled')).toBe('true');
    expect(await approve.getAttribute('title')).toContain('You asked for this');
  }
  await same.context.close();

  const decides = await asPerson('bert', 'approver');
  // A withdrawal stands with the campaigns of the release: who asks, since when, and the buttons.
  await openScreen(decides, 'campaigns/sp3', 'Another person must approve: withdraw sms-sp3');
  const waits = decides.page.locator('.attention li').filter({ hasText: 'withdraw sms-sp3' });
  await waits.getByText('Asked by anna (token anna-operator): a file is wrong').waitFor();
  await waits.getByText('now', { exact: true }).waitFor();
  await waits.getByRole('button', { name: 'Approve…' }).waitFor();
  await openScreen(decides, 'approvals', 'the wrong release');
  await decides.page.getByText('Release sms-sp3 is withdrawn').waitFor();
  expect(await decides.page.getByRole('button', { name: 'Take back…' }).count()).toBe(0);
  expect(await violationsOn(decides.page)).toEqual([]);
  const row = decides.page.locator('li.question').filter({ hasText: 'the wrong release' });
  await row.getByRole('button', { name: 'Approve' }).click();
  const yes = decides.page.getByRole('dialog', { name: 'Approve sp4/abort/2' });
  await yes.getByLabel('Type sp4/abort/2 to confirm').fill('sp4/abort/2');
  await yes.getByRole('button', { name: 'Approve', exact: true }).click();
  await decides.page.getByText('campaign sp4 was aborted').first().waitFor();
  expect((await world.orchestrator.store.readCampaign('sp4'))?.campaign.state.status).toBe('aborted');
  // Who has asked takes it back.
  await openScreen(asks, 'approvals', 'Release sms-sp3 is withdrawn');
  const own = asks.page.locator('li.question').filter({ hasText: 'Release sms-sp3 is withdrawn' });
  await own.getByRole('button', { name: 'Take back…' }).click();
  const back = asks.page.getByRole('dialog', { name: 'Take back sms-sp3/withdraw/1' });
  await back.getByLabel('Reason').fill('it was another release');
  await back.getByRole('button', { name: 'Take back', exact: true }).click();
  await asks.page.getByText('taken back by anna').first().waitFor();
  const [record] = await world.orchestrator.store.requests();
  expect(record?.request.state.is).toBe('retracted');
  expect([...asks.trouble, ...decides.trouble]).toEqual([]);
});
