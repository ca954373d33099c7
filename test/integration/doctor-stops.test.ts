import { expect, test } from 'vitest';
import { checkStops } from '../../orchestrator/doctor/stops.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import { unanswered } from '../../shared/domain/campaign/campaign.ts';
import { stopRule } from '../../shared/domain/campaign/stop.ts';
import { entry } from '../contract/store/fixtures.ts';
import { startRunning } from '../fixtures/small-orchestrator.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { anna, bring, changes, contextOf, firstWave } from './admitted-clients.ts';
import { expectUseful } from './doctor-checks.ts';

const strict =
  'campaign: sp4\nrelease: sms-sp4\ngate: { failures: 30 % }\nwaves:\n  - { name: canary, count: 2 }\n  - { name: rest, rest: true }\n';

const says = async (store: Parameters<typeof checkStops>[0]) => {
  const checks = await checkStops(store);
  expectUseful(checks);
  return checks.map((check) => `${check.state}: ${check.says}`);
};

test('doctor says what holds the work back: the halt, and paused campaigns with who and why', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now));
  const { store } = orchestrator;
  expect(await says(store)).toEqual([]);
  await orchestrator.ask('POST', '/v1/halt', { reason: 'fire drill' }, anna);
  await orchestrator.ask('POST', '/v1/campaigns/sp4/pause', { reason: 'phones ring' }, anna);
  const [halted, paused] = await says(store);
  expect(halted).toMatch(
    /^warning: everything is halted by token default \(says anna\) since .*Z: fire drill$/u,
  );
  expect(paused).toMatch(
    /^ok: campaign sp4 is paused by token default \(says anna\) since .*Z: phones ring$/u,
  );
});

test('doctor warns of a campaign that its gate has paused', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), strict);
  const { store } = orchestrator;
  for (const client of await firstWave(orchestrator, 2))
    await bring(store, client, changes.failed, { index: 'settled' });
  await runCampaigns().run(contextOf(orchestrator));
  expect((await says(store)).join('\n')).toMatch(/^warning: campaign sp4 is paused by its gate since .*Z: /u);
});

test('doctor warns of a campaign that a rule has paused, because a person must resume it', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), strict);
  const { store } = orchestrator;
  for (const [by, rule, because] of [
    [stopRule, 'a stop rule', 'why'],
    [unanswered, 'an approval that nobody answered', 'why; since then: no question is open any more'],
  ] as const) {
    const record = await store.readCampaign('sp4');
    if (record === null || !('startedAt' in record.campaign.state)) throw new Error('no campaign');
    const pause = { status: 'paused', pausedAt: 0, byGate: false, by } as const;
    const state = { ...record.campaign.state, ...pause, because: 'why' };
    await store.commitCampaign({ ...record.campaign, state }, record.version, entry('sp4'));
    expect(await says(store)).toEqual([
      `warning: campaign sp4 is paused by ${rule} since 1970-01-01T00:00:00Z: ${because}`,
    ]);
  }
});
