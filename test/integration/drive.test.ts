import { setTimeout } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { recount } from '../twin/recount.ts';
import type { Change, Gateway } from '../../shared/execution/gateway.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import type { Store } from '../../shared/store/store.ts';
import { changedGateway } from '../fixtures/changed-gateway.ts';
import { oneClient } from '../fixtures/one-client.ts';

/**
 * One client of each trait, upgraded by the real driver on the real model; the test runs the jobs.
 */
const moved = 'C:\\SMS_PCM\\pcmsvc32.exe';

describe('an upgrade ends as the trait of the client and the policy demand', () => {
  test.each<[Trait, string, string | null]>([
    ['free', 'upgraded', null],
    ['pcmInBin', 'upgraded', moved],
    ['userProgram', 'upgraded', null],
    ['offlineForDays', 'upgraded', null],
    ['pcmBusy', 'upgraded', moved],
    ['fileMissing', 'failed', null],
    ['staysHome', 'needsAttention', null],
    ['neverComesBack', 'failed', null],
  ])('%s: %s', async (trait, end, servicePath) => {
    await using one = await oneClient(trait);
    const { upgrade } = await one.settle();
    expect(upgrade.state).toMatchObject({ phase: 'settled', end });
    expect(upgrade.memory.learned.servicePath).toBe(servicePath);
    const truth = await one.fleet.clientTruth(one.client);
    expect(truth?.violations).toEqual([]);
    expect(truth?.intent).toBeNull();
    expect(await one.store.counters('sp4')).toEqual(await recount(one.store, 'sp4'));
  });
});

test('a service that does not start in the new directory is exactly as it was before', async () => {
  await using one = await oneClient('staysHome');
  await one.settle();
  const truth = await one.fleet.clientTruth(one.client);
  expect(truth?.services).toEqual(truth?.servicesAtFirst);
  expect(Object.keys(truth?.otherFiles ?? {}).filter((path) => path.includes('sms_pcm'))).toEqual([]);
});

test('a workaround updates the client and restores the start type of the service', async () => {
  await using one = await oneClient('pcmInBin', { ladder: ['wait', 'workaround'], structural: 'atOnce' });
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'upgraded' });
  expect(upgrade.memory.learned.willBlockAgain).toBe(true);
  const truth = await one.fleet.clientTruth(one.client);
  expect(truth?.services).toEqual(truth?.servicesAtFirst);
  expect(truth?.intent).toBeNull();
});

test('a check-in activates a deferred client at once, and the job that it replaces is ignored', async () => {
  await using one = await oneClient('pcmInBin');
  await one.step();
  expect((await one.stored()).upgrade.state).toMatchObject({ phase: 'deferred', class: 'service' });
  const before = one.dispatcher.jobs[0];
  const now = one.clock.now();
  const delivered = await one.store.deliver(one.client, { type: 'CheckedIn', transcript: null }, now);
  expect(delivered).toMatchObject({ kind: 'delivered', next: { dueAt: now } });
  if (delivered.kind === 'delivered' && delivered.next !== null) one.dispatcher.jobs.push(delivered.next);
  expect(await one.step()).toBe('rested');
  const { upgrade, inbox } = await one.stored();
  expect(inbox).toEqual([]);
  // The audit must show the check-in as the cause, not the end of the deferral.
  expect((await one.store.audit(2, { client: one.client })).at(-1)).toMatchObject({
    from: 'deferred',
    to: 'looking',
    because: 'the client checked in',
  });
  // The two looks are closer than minGap, so they count as one.
  expect(Object.values(upgrade.memory.learned.sightings)[0]?.looks).toBe(1);
  expect(before).toBeDefined();
  expect(one.dispatcher.next()).toEqual(before);
});

test.each(['halted', 'its logon server held', null])(
  'what was held up for a second before it began asks again; meanwhile: %s',
  async (stop) => {
    await using one = await oneClient('free');
    const commit = one.store.commit.bind(one.store);
    const entry = {
      at: 0,
      campaign: '',
      client: null,
      who: 'anna',
      from: 'open',
      to: 'halted',
      because: 'phones ring',
      evidence: null,
    };
    const held = vi.spyOn(one.store, 'commit').mockImplementation(async (asked) => {
      const outcome = await commit(asked);
      if (asked.upgrade.state.phase !== 'marking') return outcome;
      held.mockRestore();
      const why = { by: 'anna', because: 'phones ring', at: 0 };
      if (stop === 'halted') await one.store.commitHalt(why, 0, entry);
      else if (stop !== null) await storeFixture(one.store).hold('sp4', ['LS-1']);
      // The answer of Redis comes late, or the process is frozen.
      await setTimeout(1_000);
      return outcome;
    });
    expect(await one.step()).toBe(stop === null ? 'rested' : 'handedOver');
    const calls = (await one.fleet.clientTruth(one.client))?.journal.map(({ op }) => op) ?? [];
    expect(calls.includes('mark')).toBe(stop === null);
    expect((await one.stored()).upgrade.state.phase === 'looking').toBe(stop !== null);
  },
);

describe('a client whose logon server is held', () => {
  test('is parked without a slot before anything begins on it, and is upgraded after the release', async () => {
    await using one = await oneClient('free');
    const fixture = storeFixture(one.store);
    await fixture.hold('sp4', ['LS-1']);
    expect(await one.step()).toBe('parked');
    expect((await one.store.slotsInUse('sp4')).active).toBe(0);
    expect((await one.fleet.clientTruth(one.client))?.journal).toEqual([]);
    expect((await one.store.queued('sp4', 9)).parked).toEqual([]);
    await fixture.hold('sp4', []);
    const { parked } = await one.store.queued('sp4', 9);
    one.dispatcher.jobs.push(...(await one.store.admit('sp4', parked, one.clock.now())));
    expect((await one.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
  });

  test('is completed where it was begun, and nothing more begins on it', async () => {
    // The hold comes in the middle of a relocation.
    let store: Store | null = null;
    const holding = (gateway: Gateway): Gateway =>
      changedGateway(gateway, (inner) => ({
        copyFile: async (...asked) => {
          if (store !== null) await storeFixture(store).hold('sp4', ['LS-1']);
          store = null;
          return inner.copyFile(...asked);
        },
      }));
    await using one = await oneClient('pcmInBin', { structural: 'atOnce' }, holding);
    ({ store } = one);
    const calls = async () => (await one.fleet.clientTruth(one.client))?.journal.map(({ op }) => op) ?? [];
    for (let steps = 0; steps < 20 && one.dispatcher.jobs.length > 0; steps += 1) await one.step();
    const { upgrade } = await one.stored();
    expect(upgrade.memory.learned.relocation).toBe('done');
    expect((await calls()).includes('mark')).toBe(false);
    expect((await one.store.slotsInUse('sp4')).active).toBe(0);
    await storeFixture(one.store).hold('sp4', []);
    const { parked } = await one.store.queued('sp4', 9);
    one.dispatcher.jobs.push(...(await one.store.admit('sp4', parked, one.clock.now())));
    expect((await one.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
    expect((await calls()).filter((op) => op === 'mark')).toHaveLength(1);
  });
});

/** Orders a restart and waits until the client is down. */
async function restartNow(gateway: Gateway, change: Change): Promise<void> {
  await gateway.restart(change);
  const request = { componentDirectory: 'C:\\MS\\SMS\\BIN', files: [], services: [] };
  while ((await gateway.look(change.target, request, change.signal)).ok) await setTimeout(5);
}

describe('a client that restarts in the middle of a relocation', () => {
  /** Restarts the client just before the nth call of this kind: the driver finds it unreachable. */
  const restartingAt =
    (op: 'copyFile' | 'protectDirectory' | 'configureService' | 'startService' | 'removeFile', nth: number) =>
    (inner: Gateway): Gateway => {
      let calls = 0;
      return new Proxy(inner, {
        get: (target, name: keyof Gateway) => {
          if (name !== op) return target[name].bind(target);
          return async (change: Change, ...rest: never[]) => {
            calls += 1;
            if (calls === nth) await restartNow(target, change);
            return (target[name] as (...args: unknown[]) => Promise<unknown>)(change, ...rest);
          };
        },
      });
    };

  test.each(['copyFile', 'protectDirectory', 'configureService', 'startService'] as const)(
    'before %s: the service runs from its new place',
    async (op) => {
      await using one = await oneClient('pcmInBin', {}, restartingAt(op, 1));
      const { upgrade } = await one.settle();
      expect(upgrade.state).toMatchObject({ end: 'upgraded' });
      const truth = await one.fleet.clientTruth(one.client);
      const service = truth?.services.find((each) => each.name === 'SMS_PACKAGE_COMMAND_MANAGER_NT');
      expect(service).toMatchObject({ runsFrom: moved, imagePath: moved, startType: 'automatic' });
      expect(truth?.intent).toBeNull();
    },
  );

  test.each([
    ['configureService', 2],
    ['startService', 2],
    ['removeFile', 1],
  ] as const)('on the way back, before %s: all is as it was', async (op, nth) => {
    await using one = await oneClient('staysHome', {}, restartingAt(op, nth));
    const { upgrade } = await one.settle();
    expect(upgrade.state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at start' });
    const truth = await one.fleet.clientTruth(one.client);
    expect(truth?.services).toEqual(truth?.servicesAtFirst);
    expect(truth?.intent).toBeNull();
  });
});
