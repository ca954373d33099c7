import { describe, expect, test } from 'vitest';
import { recount } from '../twin/recount.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Gateway } from '../../shared/execution/gateway.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';

type Op = Exclude<keyof Gateway, 'close'>;

/**
 * Calls `then` at the nth call of this kind: `before` it reaches the client, or `after` the client
 * has done it.
 */
function gatewayWith(
  op: Op,
  when: 'before' | 'after',
  act: () => void,
  nth = 1,
): (inner: Gateway) => Gateway {
  let calls = 0;
  return (inner) =>
    new Proxy(inner, {
      get: (target, name: keyof Gateway) => {
        const method = target[name].bind(target) as (...args: unknown[]) => Promise<unknown>;
        if (name !== op) return method;
        return async (...args: unknown[]) => {
          calls += 1;
          const isIt = calls === nth;
          if (isIt && when === 'before') act();
          const answer = await method(...args);
          if (isIt && when === 'after') act();
          // After an abort the outcome of the call is unknown.
          return isIt && when === 'after' && signalOf(args).aborted
            ? { ok: false, error: { kind: 'cutOff', message: 'given up' } }
            : answer;
        };
      },
    });
}

function signalOf(args: readonly unknown[]): AbortSignal {
  const found = args
    .map((each) => (each instanceof AbortSignal ? each : (each as { signal?: AbortSignal } | null)?.signal))
    .find((each) => each !== undefined);
  if (found === undefined) throw new Error('a call without a signal');
  return found;
}

/** One client whose worker is stopped at the first call of this kind. */
async function stoppedAt(
  how: 'quiet' | 'stop',
  op: Op,
  when: 'before' | 'after',
  trait: 'free' | 'pcmInBin' = 'free',
) {
  const stopping = new AbortController();
  const one = await oneClient(
    trait,
    {},
    gatewayWith(op, when, () => stopping.abort()),
  );
  for (;;) {
    const end = await one.step({ [how]: stopping.signal });
    if (stopping.signal.aborted) return { one, end };
    if (end === undefined) throw new Error(`no job left and ${op} was never called`);
  }
}

async function expectHandedOver(one: OneClient): Promise<void> {
  const stored = await one.stored();
  expect(stored).toMatchObject({ index: 'due', holdsSlots: true, lease: null, crashes: 0 });
  expect(stored.dueAt).toBeLessThanOrEqual(one.clock.now());
  expect(stored.upgrade.attempt).toBe(1);
  const { key, activation } = stored;
  expect(one.dispatcher.jobs).toContainEqual(expect.objectContaining({ key, activation }));
}

/**
 * The stop costs the client no deferral and no crash, and its upgrade ends as it does without one.
 */
async function expectUpgraded(one: OneClient): Promise<void> {
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'upgraded' });
  expect(Object.keys(upgrade.memory.history.deferrals)).not.toContain('download');
  expect(upgrade.attempt).toBe(1);
  const truth = await one.fleet.clientTruth(one.client);
  expect(truth?.violations).toEqual([]);
  expect(truth?.intent).toBeNull();
  expect(await one.store.counters('sp4')).toEqual(await recount(one.store, 'sp4'));
}

describe('a worker that stops hands the upgrade over when its command has ended', () => {
  test('after a look that would begin something: the next worker looks again', async () => {
    const { one, end } = await stoppedAt('quiet', 'look', 'before');
    await using _ = one;
    expect(end).toBe('handedOver');
    await expectHandedOver(one);
    expect((await one.stored()).upgrade.state).toEqual({ phase: 'looking' });
    expect((await one.fleet.clientTruth(one.client))?.journal).toEqual([]);
    await expectUpgraded(one);
  });

  test('after the mark: the next worker does not mark again', async () => {
    const { one, end } = await stoppedAt('quiet', 'mark', 'before');
    await using _ = one;
    expect(end).toBe('rested');
    await expectHandedOver(one);
    const { state, memory } = (await one.stored()).upgrade;
    expect(state).toEqual({ phase: 'looking' });
    expect(memory.open.mark).not.toBeNull();
    await expectUpgraded(one);
    const marks = (await one.fleet.clientTruth(one.client))?.journal.filter(({ op }) => op === 'mark');
    expect(marks).toHaveLength(1);
  });

  test('after a restart is ordered: the upgrade rests as usual', async () => {
    const { one, end } = await stoppedAt('quiet', 'restart', 'before');
    await using _ = one;
    expect(end).toBe('rested');
    expect((await one.stored()).upgrade.state.phase).toBe('restarting');
    await expectUpgraded(one);
    const orders = (await one.fleet.clientTruth(one.client))?.journal.filter(({ op }) => op === 'restart');
    expect(orders).toHaveLength(1);
  });

  test.each<Op>(['stopService', 'copyFile', 'configureService', 'startService'])(
    'in mid-relocation, after %s: the next one goes on with the next step',
    async (op) => {
      const { one, end } = await stoppedAt('quiet', op, 'before', 'pcmInBin');
      await using _ = one;
      expect(end).toBe('rested');
      await expectHandedOver(one);
      expect(await one.stored()).toMatchObject({ queue: 'remediations' });
      await expectUpgraded(one);
    },
  );

  test('before its first command when it stops while it takes the lease', async () => {
    await using one = await oneClient('free');
    expect(await one.step({ quiet: AbortSignal.abort() })).toBe('handedOver');
    await expectHandedOver(one);
    await expectUpgraded(one);
  });
});

describe('a worker that must stop at once aborts its command and gives the lease back', () => {
  test.each<[Op, 'before' | 'after']>([
    ['look', 'before'],
    ['mark', 'before'],
    ['mark', 'after'],
    ['restart', 'before'],
    ['restart', 'after'],
  ])('%s, %s the client has done it: a look comes first', async (op, when) => {
    const { one, end } = await stoppedAt('stop', op, when);
    await using _ = one;
    expect(end).toBe('handedOver');
    await expectHandedOver(one);
    expect((await one.stored()).upgrade.state).toEqual({ phase: 'looking' });
    await expectUpgraded(one);
  });

  test.each<[Op, 'before' | 'after']>([
    ['stopService', 'before'],
    ['stopService', 'after'],
    ['configureService', 'before'],
    ['configureService', 'after'],
    ['writeIntent', 'after'],
  ])('in mid-relocation, %s, %s: the step is run again', async (op, when) => {
    const { one, end } = await stoppedAt('stop', op, when, 'pcmInBin');
    await using _ = one;
    expect(end).toBe('handedOver');
    await expectHandedOver(one);
    expect((await one.stored()).upgrade.state.phase).toBe('remedying');
    await expectUpgraded(one);
  });
});

test('a worker that loses its lease during a command aborts the call and writes nothing more', async () => {
  let store: Store | null = null;
  const one = await oneClient('free', {}, (inner) => losing(inner, () => store));
  await using _ = one;
  store = one.store;
  expect(await one.step()).toBe('lost');
  // The record is as the new owner of the lease left it.
  expect(await one.stored()).toMatchObject({ index: 'driven', lease: { fence: { owner: 'another' } } });
  expect((await one.fleet.clientTruth(one.client))?.journal).toEqual([]);
});

/**
 * Takes the lease away while a mark is under way. The call of the mark ends only when it is
 * aborted.
 */
function losing(inner: Gateway, storeOf: () => Store | null): Gateway {
  return {
    ...inner,
    mark: async ({ target, signal }) => {
      const store = storeOf();
      const key = { campaign: 'sp4', client: target.client };
      const stored = await store?.readUpgrade(key);
      if (store === null || stored === null || stored === undefined) throw new Error('no record');
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve(), { once: true });
      await takeOver(store, key);
      await promise;
      return { ok: false, error: { kind: 'cutOff', message: 'given up' } };
    },
  };
}

async function takeOver(store: Store, key: { campaign: string; client: string }): Promise<void> {
  const lease = (await store.readUpgrade(key))?.lease;
  if (lease === null || lease === undefined) throw new Error('no worker has the lease');
  // The lease ends at once; then the sweep takes it away and another worker begins.
  await store.renew(key, lease.fence, 0);
  const at = Date.UTC(2030, 0, 1);
  const [found] = await store.sweep(at, 0, 1);
  await store.begin(key, found?.next.activation ?? 0, 'another', 60_000, at);
}
