import { readFileSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { newestRecords, readSnapshot, sourceOf } from '../../orchestrator/audit/rebuild/snapshot.ts';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { systemClock } from '../../shared/clock.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { recount, recountSlots } from '../twin/recount.ts';
import { everyClient, movedTo, revokedTo } from '../../shared/store/check-in-store.ts';
import { openDispatcher } from '../../shared/queues/dispatcher.ts';
import type { Store } from '../../shared/store/store.ts';
import {
  campaigns,
  type Mode,
  newRun,
  oneShard,
  severalShards,
  someSteps,
  stepsIn,
} from '../contract/store/random-steps.ts';
import { testRedis } from '../environment/redis.ts';
import { runsOf } from '../environment/seeds.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { all, at, campaignOf, clientOf, entry, pick, runningState } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { sealingFixture, type SealingFixture } from './sealing-fixture.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';

const nightly = { days: everyDay, from: 22 * 60, to: 5 * 60 };
const running = campaignOf('sp4', runningState());
const inWindow: Campaign = {
  ...running,
  definition: { ...running.definition, policy: { ...running.definition.policy, window: nightly } },
};

const inMemory = async (): Promise<Store> => createMemoryStore(Date.now);
const inRedis = (shards: number) => async (): Promise<Store> =>
  (await openTestStore(testRedis(), shards)).store;

/** Steps with sealing rounds in between, and one at the end. */
async function sealedRandomSteps(
  steps: Parameters<typeof runSteps>[1],
  store: Store,
  mode = oneShard,
): Promise<SealingFixture> {
  const sealing = sealingFixture({ store, entriesAtMost: 7, shards: await store.shards() });
  await runSteps(sealing, steps, mode);
  await sealing.sealer.round();
  return sealing;
}

async function runSteps(
  sealing: SealingFixture,
  steps: readonly ((run: Awaited<ReturnType<typeof newRun>>) => Promise<unknown>)[],
  mode = oneShard,
): Promise<void> {
  const run = await newRun(sealing.store, mode);
  for (const [n, step] of steps.entries()) {
    run.steps += 1;
    await step(run);
    if (n % 10 === 0) await sealing.sealer.round();
  }
}

describe('the audit files of random steps', () => {
  it.each<[string, () => Promise<Store>, number, Mode]>([
    ['in memory', inMemory, 40, oneShard],
    ['in Redis', inRedis(1), 10, oneShard],
    ['in Redis, in three shards', inRedis(3), 8, severalShards],
    ['in memory, where clients join', inMemory, 20, { ...oneShard, joining: true }],
    ['in Redis, in three shards, where clients join', inRedis(3), 6, { ...severalShards, joining: true }],
  ])(
    'hold the records of the store, and an unbroken path for every client (%s)',
    async (_name, open, numRuns, mode) => {
      await fc.assert(
        fc.asyncProperty(stepsIn(mode), async (steps) => {
          const store = await open();
          using sealing = await sealedRandomSteps(steps, store, mode);
          const verdict = await sealing.verify();
          expect(verdict.faults).toEqual([]);
          const source = sourceOf(verdict);
          const snapshot = await readSnapshot(source);
          const records = await all(newestRecords(source, snapshot));
          for (const name of campaigns) {
            expect(snapshot.campaigns.get(name)).toEqual(await store.readCampaign(name));
            const stored = (await all(store.upgrades(name)))
              .map(({ key, version, upgrade }) => ({ client: key.client, version, upgrade }))
              .sort(byClient);
            const written = records
              .filter(({ record }) => record === name)
              .map(({ client, version, upgrade }) => ({ client, version, upgrade }))
              .sort(byClient);
            expect(written).toEqual(stored);
          }
          expectPaths(await sealing.entries());
          await store.close();
        }),
        { seed: 20_261_122, numRuns: runsOf(numRuns) },
      );
    },
  );

  it.each<[string, () => Promise<Store>, number, Mode]>([
    ['memory', inMemory, 25, oneShard],
    ['Redis', inRedis(1), 8, oneShard],
    ['Redis, in three shards', inRedis(3), 6, severalShards],
    ['memory, where clients join', inMemory, 20, { ...oneShard, joining: true }],
    ['Redis, in three shards, where clients join', inRedis(3), 6, { ...severalShards, joining: true }],
  ])(
    'are rebuilt into %s: counters are right, no client is lost, none holds a slot, campaigns are paused',
    async (_name, open, numRuns, mode) => {
      await fc.assert(
        fc.asyncProperty(stepsIn(mode), async (steps) => {
          const before = await open();
          using sealing = await sealedRandomSteps(steps, before, mode);
          const after = await open();
          const rebuilt = await rebuild(after, systemClock, sealing.files());
          expect(rebuilt).toMatchObject({ ok: true, value: { isWritten: true } });
          for (const name of campaigns) await expectPutBack(before, after, name);
          // The chain continues: what the rebuild did is sealed behind the last block.
          using next = sealingFixture({ store: after, folder: sealing.folder, shards: await after.shards() });
          await next.sealer.round();
          expect(await next.verify()).toMatchObject({ faults: [], torn: [] });
          expectPaths(await next.entries());
          expect(await rebuild(after, systemClock, next.files())).toMatchObject({
            error: { code: 'rebuild.notEmpty' },
          });
          await Promise.all([before.close(), after.close()]);
        }),
        { seed: 20_261_122, numRuns: runsOf(numRuns) },
      );
    },
  );

  it.each<[string, () => Promise<Store>]>([
    ['memory', inMemory],
    ['Redis', inRedis(1)],
    ['Redis, in three shards', inRedis(3)],
  ])('bring a held logon server back: nothing begins there after the resume (%s)', async (_name, open) => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before, shards: await before.shards() });
    const own = [pick('pc-91', 'LS-1'), pick('pc-92', 'LS-2')];
    const fixture = storeFixture(before);
    await before.importFleet(
      own.map(({ client, logonServer }) => clientOf(client, { logonServer })),
      { ...entry(''), to: 'imported' },
    );
    await fixture.campaign('sp5', own, runningState());
    await fixture.hold('sp5', ['LS-1']);
    await sealing.sealer.round();

    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    await storeFixture(after).change('sp5', runningState());
    const there = async (): Promise<readonly string[]> =>
      (await after.queued('sp5', 9)).waiting.map(({ client }) => client);
    expect(await there()).toEqual(['pc-92']);
    expect((await after.admit('sp5', own, at)).map(({ key }) => key.client)).toEqual(['pc-92']);
    await storeFixture(after).hold('sp5', []);
    expect(await there()).toEqual(['pc-91']);
    await Promise.all([before.close(), after.close()]);
  });

  it('are rebuilt into a Redis in which only running processes have written since it was emptied', async () => {
    const before = await inRedis(1)();
    using sealing = await sealedRandomSteps([], before);
    await before.importFleet([clientOf('pc-1')], entry(''));
    await sealing.sealer.round();
    const where = testRedis();
    const { store: after } = await openTestStore(where, 1);
    await using stack = new AsyncDisposableStack();
    for (const store of [before, after]) stack.defer(() => store.close());
    const dispatcher = openDispatcher({ ...where, shards: 1, log: pino({ level: 'silent' }) });
    stack.defer(() => dispatcher.close());
    const led = await after.lead('the-last-leader', 60_000);
    const process = { host: 'here', pid: 1, version: '0', node: '26', gateway: 'ssh' };
    const facts = { ...process, name: 'worker-1', upgrades: 1, remediations: 1, since: at };
    await after.announceWorker(facts, Date.now(), 60_000);
    await after.checkWritable();
    const key = { campaign: 'sp4', client: 'pc-1' };
    const job = { key, shard: 0, activation: 7, queue: 'upgrades', dueAt: at } as const;
    await dispatcher.add(job, 3_600_000);
    expect(await after.isEmpty()).toBe(true);
    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({
      error: { code: 'rebuild.leads', message: expect.stringContaining('the-last-leader') },
    });
    await after.resign('the-last-leader', led.fence);
    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    expect(await after.readClient('pc-1')).toEqual(clientOf('pc-1'));
    // It would keep the job of a record that is put back from being added.
    expect(await dispatcher.withoutJob([job])).toEqual([job]);
  });

  it.each([
    ['in memory', inMemory],
    ['in Redis', inRedis(1)],
  ])('are rebuilt with the addresses of clients and revoked check-in tokens (%s)', async (_name, open) => {
    const [before, after] = [await open(), await open()];
    using sealing = sealingFixture({ store: before });
    const pinned = clientOf('pc-1', { port: 2222, hostKeys: [`SHA256:${'a'.repeat(43)}`] });
    await before.importFleet([pinned, clientOf('pc-2')], { ...entry(''), to: 'imported' });
    await sealing.sealer.round();
    await before.moveClient('pc-1', '10.0.0.7', { ...entry('', 'pc-1'), to: movedTo });
    await before.raiseGeneration('pc-2', 3, { ...entry('', 'pc-2'), to: revokedTo });
    await sealing.sealer.round();
    await before.raiseGeneration(everyClient, 2, { ...entry(''), to: revokedTo });
    await sealing.sealer.round();
    expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
    expect(await after.readClient('pc-1')).toEqual({ ...pinned, host: '10.0.0.7' });
    expect(await after.tokenGenerations()).toEqual(
      new Map([
        ['pc-2', 3],
        [everyClient, 2],
      ]),
    );
    await Promise.all([before.close(), after.close()]);
  });

  it.each([
    ['in memory', inMemory],
    ['in Redis', inRedis(1)],
    ['in Redis, in three shards', inRedis(3)],
  ])(
    'are rebuilt with the time zones that clients wait by in a campaign with a window (%s)',
    async (_name, open) => {
      const [before, after] = [await open(), await open()];
      const shards = await before.shards();
      using sealing = sealingFixture({ store: before, shards });
      const [rome, pune] = ['Europe/Rome', 'Asia/Kolkata'];
      const zones = { 'pc-1': rome, 'pc-2': pune, 'pc-3': rome, 'pc-4': pune };
      const own = Object.entries(zones).map(([client, zone]) => ({ ...pick(client), zone }));
      const clients = own.map(({ client, zone }) => clientOf(client, { zone }));
      await before.importFleet(clients, { ...entry(''), to: 'imported' });
      await before.createCampaign(inWindow, own, entry('sp4'));
      await before.admit('sp4', own.slice(0, 1), at);
      await sealing.sealer.round();

      expect(await rebuild(after, systemClock, sealing.files())).toMatchObject({ ok: true });
      const waiting = async (store: Store) => (await all(store.waiting('sp4'))).toSorted(byClient);
      expect(await waiting(after)).toEqual(await waiting(before));
      const { campaign, version } = (await after.readCampaign('sp4')) ?? { campaign: inWindow, version: 0 };
      expect(campaign.definition.policy.window).toEqual(nightly);
      await after.commitCampaign({ ...campaign, state: runningState() }, version, entry('sp4'));
      const mayGo = async (open: string) => {
        await after.shareBudget({ campaign, version }, (zone) => zone === open);
        return (await after.queued('sp4', 9, (zone) => zone === open)).waiting.map(({ client }) => client);
      };
      expect((await mayGo(pune)).toSorted()).toEqual(['pc-2', 'pc-4']);
      expect(await mayGo(rome)).toEqual(['pc-3']);
      await Promise.all([before.close(), after.close()]);
    },
  );

  it('are refused by a rebuild when one was changed, and not for an empty file; a dry run writes nothing', async () => {
    const [steps = []] = fc.sample(someSteps, { seed: 3, numRuns: 1 });
    using sealing = await sealedRandomSteps(steps, createMemoryStore(Date.now));
    const files = sealing.archive.files(0);
    const dry = await rebuild(null, systemClock, files);
    expect(dry).toMatchObject({ ok: true, value: { isWritten: false, campaigns: [{}, {}] } });
    const after = createMemoryStore(Date.now);
    const file = files[0] ?? '';
    const empty = `${file}.lock`;
    writeFileSync(empty, '');
    expect(await rebuild(createMemoryStore(Date.now), systemClock, [empty, ...files])).toMatchObject({
      ok: true,
      value: { isWritten: true },
    });
    writeFileSync(file, readFileSync(file, 'utf8').replace('"attempt":1', '"attempt":9'));
    const changed = await rebuild(after, systemClock, files);
    expect(changed).toMatchObject({ error: { code: 'rebuild.notWhole' } });
    expect(await after.isEmpty()).toBe(true);
  });
});

const byClient = (a: { readonly client: string }, b: { readonly client: string }): number =>
  a.client < b.client ? -1 : 1;

async function expectPutBack(before: Store, after: Store, name: string): Promise<void> {
  expect(await after.counters(name)).toEqual(await recount(after, name));
  expect(await recountSlots(after, name)).toEqual({ active: 0, perLogonServer: {} });
  expect(await after.slotsInUse(name)).toEqual({ active: 0, perLogonServer: {} });
  const waiting = (await all(before.waiting(name))).toSorted(byClient);
  expect((await all(after.waiting(name))).toSorted(byClient)).toEqual(waiting);
  const was = await before.readCampaign(name);
  const is = await after.readCampaign(name);
  expect(is?.version).toBe((was?.version ?? 0) + 1);
  expect(is?.campaign.state.status).toBe('paused');
  expect(is?.campaign.holds).toEqual(was?.campaign.holds);
  for (const { key, version, activation, upgrade } of await all(before.upgrades(name))) {
    const found = await after.readUpgrade(key);
    const isSettled = upgrade.state.phase === 'settled';
    expect(found).toMatchObject({
      index: isSettled ? 'settled' : 'parked',
      version: isSettled ? version : version + 1,
      holdsSlots: false,
      lease: null,
      upgrade: {
        attempt: upgrade.attempt,
        state: { phase: isSettled ? 'settled' : 'looking' },
        memory: { history: { deferrals: upgrade.memory.history.deferrals } },
      },
    });
    expect(found?.activation).toBeLessThanOrEqual(activation);
    expect((await after.claimOf(key.client)) === name).toBe(!isSettled);
  }
}

const firstStep = { from: 'waiting', to: 'looking' };

/**
 * Of each upgrade every step begins where the step before ended, and its record's version rises by
 * one.
 */
function expectPaths(entries: Awaited<ReturnType<SealingFixture['entries']>>): void {
  const paths = Map.groupBy(
    entries.filter(({ client, campaign }) => client !== null && campaign !== ''),
    ({ campaign, client }) => `${campaign}.${client}`,
  );
  expect(paths.size).toBeGreaterThan(0);
  for (const path of paths.values()) {
    const driven = path.filter(({ version }) => version !== null);
    expect(driven.map(({ version }) => version)).toEqual(driven.map((_, n) => n + 1));
    expect(path.slice(1).map(({ from }) => from)).toEqual(path.slice(0, -1).map(({ to }) => to));
    expect(driven[0] ?? firstStep).toMatchObject(firstStep);
  }
}
