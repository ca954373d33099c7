import { expect, onTestFinished, test } from 'vitest';
import { startCampaign, startWaiting } from '../../orchestrator/campaigns/transitions.ts';
import { runCampaigns } from '../../orchestrator/rounds/run-campaigns.ts';
import type { OrchestratorContext } from '../../orchestrator/context.ts';
import type { Store } from '../../shared/store/store.ts';
import { contextOver, keepingDispatcher, standingClock } from '../fixtures/context.ts';
import { recountSlots } from '../twin/recount.ts';
import { openTestStore } from '../contract/store/redis.ts';
import { at, campaignOf, entry, picks, runningState } from '../contract/store/words.ts';
import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { Activation } from '../../shared/store/types.ts';

/**
 * Two orchestrators, as Redis sees them: each with a connection of its own. Their jobs are kept.
 */
async function twoOrchestrators() {
  const { store, ...place } = await openTestStore();
  const first = { store };
  const second = await openTestStore(place);
  onTestFinished(() => Promise.all([first.store.close(), second.store.close()]).then(() => undefined));
  const jobs: Activation[] = [];
  const contextOf = ({ store }: { readonly store: Store }) =>
    contextOver(store, standingClock(at), keepingDispatcher(jobs));
  return { contexts: [contextOf(first), contextOf(second)] as const, jobs };
}

const release = { release: 'sms-1.2-sp4', product: 'sms-1.2', servicePack: 4, files: [] };

async function create(
  context: OrchestratorContext,
  name: string,
  state: CampaignState,
  count: number,
): Promise<void> {
  const { definition, ...rest } = campaignOf(name, state, { active: 20, perLogonServer: 20 });
  const gate = { settledPercent: 80, notOkPercent: 10, minSample: 10 };
  const waves = [{ name: 'all', size: { rest: true }, gate }] as const;
  const campaign = { ...rest, definition: { ...definition, waves }, waveSizes: [count] };
  expect((await context.store.createCampaign(campaign, picks(count), entry(name))).ok).toBe(true);
}

const statusOf = async ({ store }: OrchestratorContext, name: string): Promise<string | undefined> =>
  (await store.readCampaign(name))?.campaign.state.status;

test('of two campaigns that want the same clients only one is started, whichever orchestrators are asked', async () => {
  const { contexts } = await twoOrchestrators();
  const [one, other] = contexts;
  await one.store.stageRelease(release, { sha256: 'sha', text: 'x' }, entry('sp4'));
  for (let round = 0; round < 10; round += 1) {
    const names = [`a-${round}`, `b-${round}`] as const;
    // 3,000 clients take several pages to compare: enough time for the other one to start.
    for (const name of names) await create(one, name, { status: 'created' }, 3_000);
    const moved = await Promise.all([
      startCampaign(one, 'anna', names[0]),
      startCampaign(other, 'bert', names[1]),
    ]);
    expect(moved.filter(({ ok }) => ok)).toHaveLength(1);
    const started = moved[0].ok ? names[0] : names[1];
    const record = await one.store.readCampaign(started);
    const ended = campaignOf(started, { ...runningState(), status: 'ended', endedAt: at });
    await one.store.commitCampaign(ended, record?.version ?? 0, entry(started));
  }
});

test('of two campaigns that waited for the same release only one begins at once', async () => {
  const { contexts } = await twoOrchestrators();
  const [one, other] = contexts;
  for (const name of ['sp4-a', 'sp4-b']) await create(one, name, { status: 'waitingForRelease' }, 3_000);
  await one.store.stageRelease(release, { sha256: 'sha', text: 'x' }, entry('sp4'));
  // The two begin with different campaigns.
  const campaigns: OrchestratorContext['store']['campaigns'] = async (statuses) =>
    (await other.store.campaigns(statuses)).toReversed();
  const backwards: OrchestratorContext = { ...other, store: { ...other.store, campaigns } };
  await Promise.all([one, backwards].map((context) => startWaiting(context, 'orchestrator')));
  const statuses = await Promise.all(['sp4-a', 'sp4-b'].map((name) => statusOf(other, name)));
  expect(new Set(statuses)).toEqual(new Set(['running', 'waitingForRelease']));
});

test('two that both take themselves for the leader admit nobody twice', async () => {
  const { contexts, jobs } = await twoOrchestrators();
  const [one] = contexts;
  await create(one, 'sp4', runningState(1), 60);
  await Promise.all([...contexts, ...contexts].map((context) => runCampaigns().run(context)));
  const admitted = jobs.map(({ key }) => key.client);
  expect(new Set(admitted).size).toBe(20);
  expect(admitted).toHaveLength(20);
  const audited = (await one.store.audit(999)).filter(({ who }) => who === 'admission');
  expect(audited).toHaveLength(20);
  expect(new Set(audited.map(({ client }) => client))).toEqual(new Set(admitted));
  expect(await one.store.slotsInUse('sp4')).toEqual(await recountSlots(one.store, 'sp4'));
});
