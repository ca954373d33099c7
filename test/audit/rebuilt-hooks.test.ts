import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { rebuiltHooks } from '../../orchestrator/domain/rebuilt-hooks.ts';
import { hookAudit } from '../../orchestrator/hooks/hook-audit.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { HookRun } from '../../shared/domain/campaign/hooks.ts';
import type { Store } from '../../shared/store/store.ts';
import { at, campaignOf, entry, pick, runningState } from '../contract/store/fixtures.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sealingFixture } from './sealing-fixture.ts';

const stores: readonly [string, () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => (await openTestStore(testRedis(), 1)).store],
  ['Redis, in three shards', async () => (await openTestStore(testRedis(), 3)).store],
];

const command = { run: ['notify'], timeoutMs: 1_000, retryMs: 1_000 };
const wave = (name: string) => ({
  name,
  size: { rest: true } as const,
  gate: { settledPercent: 100, notOkPercent: 0, minSample: 1 },
});
const withHooks = (openWaves: number): Campaign => {
  const campaign = campaignOf('sp4', runningState(openWaves));
  const hooks = { beforeCampaign: command, beforeWave: command, afterCampaign: command };
  const definition = { ...campaign.definition, hooks, waves: [wave('a'), wave('b')] };
  return { ...campaign, definition, waveSizes: [1, 0] };
};
const runOf = (hook: string, state: HookRun['state']): HookRun => ({
  hook,
  state,
  since: at,
  owner: 'host/1/a',
  runs: 1,
  because: 'notify runs',
});

async function commit(store: Store, runs: readonly HookRun[]): Promise<void> {
  for (const run of runs) {
    const known = (await store.hookRuns('sp4')).find((each) => each.run.hook === run.hook);
    const audit = hookAudit('sp4', [known?.run ?? null, run], { at, who: 'orchestrator', evidence: null });
    expect(await store.commitHookRun('sp4', run, known?.version ?? 0, audit, [])).toBe(true);
  }
}

const runsOf = async (store: Store) => (await store.hookRuns('sp4')).map(({ run }) => run).toSorted(byName);
const byName = (a: HookRun, b: HookRun): number => (a.hook < b.hook ? -1 : 1);

describe.each(stores)('hooks, when the audit is rebuilt into %s', (_name, open) => {
  it('are as they were, and the outcome of a command that ran is not known', async () => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    await storeFixture(before).campaign('other', [pick('pc-1')], runningState());
    expect(await before.createCampaign(withHooks(1), [pick('pc-1')], entry('sp4'))).toMatchObject({
      ok: true,
    });
    const passed = { ...runOf('before-campaign', 'go'), output: 'a'.repeat(64) };
    await commit(before, [runOf('before-campaign', 'running'), passed]);
    await sealing.sealer.round();
    await commit(before, [runOf('before-wave-a', 'running')]);
    await sealing.sealer.round();

    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({
      value: { campaigns: [{ unknownHooks: [] }, { campaign: 'sp4', unknownHooks: ['before-wave-a'] }] },
    });
    const because = 'its outcome is not known: process host/1/a ran it when the audit ended';
    const lost = { ...runOf('before-wave-a', 'unknown'), since: expect.any(Number) as number, because };
    expect(await runsOf(after)).toEqual([passed, lost]);

    using next = sealingFixture({ store: after, folder: sealing.folder, shards: await after.shards() });
    await next.sealer.round();
    const again = await open();
    expect(await rebuild(again, systemClock, next.files())).toMatchObject({ ok: true });
    expect(await runsOf(again)).toEqual(await runsOf(after));
    await Promise.all([before.close(), after.close(), again.close()]);
  });

  it('belong to one life of a name: those of a removed campaign stay away', async () => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    await storeFixture(before).campaign('other', [pick('pc-1')], runningState());
    await before.createCampaign({ ...withHooks(1), life: 1 }, [pick('pc-1')], entry('sp4'));
    await commit(before, [runOf('before-campaign', 'go')]);
    await sealing.sealer.round();
    const [line = ''] = sealing.lines().filter((each) => each.startsWith('{"hook":'));
    expect(JSON.parse(line)).toMatchObject({ hook: 'sp4', life: 1 });
    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    expect((await runsOf(after)).map(({ hook, state }) => `${hook} ${state}`)).toEqual([
      'before-campaign go',
      'before-wave-a unknown',
    ]);
    await Promise.all([before.close(), after.close()]);
  });
});

describe('the hook that was to run next when the audit ended', () => {
  const unknownIn = (campaign: Campaign, runs: readonly HookRun[], isSettled = false) =>
    rebuiltHooks(campaign, runs, isSettled, at)
      .filter(({ run }) => run.state === 'unknown')
      .map(({ run, before }) => [run.hook, before, run.runs]);

  it('may have begun: nobody knows, and it is not begun a second time', () => {
    expect(unknownIn(withHooks(1), [])).toEqual([['before-campaign', null, 0]]);
    expect(unknownIn(withHooks(2), [runOf('before-campaign', 'go')])).toEqual([['before-wave-a', null, 0]]);
  });

  it('has not begun where its moment had not come, or where another one holds the campaign', () => {
    const passed = [runOf('before-campaign', 'go'), runOf('before-wave-a', 'accepted')];
    expect(unknownIn(withHooks(1), passed)).toEqual([]);
    expect(unknownIn(withHooks(1), passed, true)).toEqual([['before-wave-b', null, 0]]);
    for (const state of ['stop', 'wait'] as const)
      expect(unknownIn(withHooks(2), [runOf('before-campaign', state)])).toEqual([]);
    expect(unknownIn({ ...withHooks(1), state: { status: 'created' } }, [])).toEqual([]);
  });
});
