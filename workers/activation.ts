import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { askForHook } from '../shared/ask-for-hook.ts';
import { lifeOf } from '../shared/domain/campaign/life.ts';
import type { Client } from '../shared/domain/campaign/definition.ts';
import type { QueueName } from '../shared/domain/upgrade/placement.ts';
import { asksForFreeTime, withKnownFreeTime } from '../shared/domain/upgrade/learned-look.ts';
import type { Upgrade } from '../shared/domain/upgrade/state.ts';
import type { RulesVersion } from '../shared/rulebook.ts';
import type { BeginOutcome } from '../shared/store/upgrade-store.ts';
import type { StoredUpgrade, UpgradeKey } from '../shared/store/types.ts';
import type { ActivationContext, ActivationEnd, WorkerContext } from './context.ts';
import { givenUpUse } from '../shared/store/restart-use.ts';
import { jobsOf } from './commit.ts';
import { crashesAtMost, giveUpAfterCrashes } from './crash-budget.ts';
import { drive } from './drive.ts';
import { firstOf } from './first-of.ts';
import { targetOf } from '../shared/execution/gateway.ts';
import { keepLease } from './lease.ts';
import { readFit } from './step-times.ts';
import { commitOf, type CommitContext } from './prepare-commit.ts';
import { cancelWithoutEntry } from './without-entry.ts';

/**
 * Runs one activation: takes lease and slots, drives the upgrade until it rests, gives the lease
 * back. A job whose activation is not the record's next one ends here: the record is the truth, the
 * job a hint.
 * @param stop abandons the running command: the job's lock is lost, or the worker's time to stop is
 * over
 * @throws when campaign or release cannot be read, or the client is not in the fleet and something
 * is open on the client
 */
export async function activate(
  context: WorkerContext,
  key: UpgradeKey,
  activation: number,
  queue: QueueName,
  stop: AbortSignal,
): Promise<ActivationEnd> {
  const { store, leaseMs } = context;
  const log = context.log.child({ ...key, activation });
  const beginning = beginWhenDue(context, key, activation);
  // Sent together with `begin`, in one write. A failure is thrown where the client is awaited.
  const reading = store.readClient(key.client);
  reading.catch(() => undefined);
  const { begun, takenAt } = await beginning;
  if (begun.kind !== 'begun') {
    log.debug({ because: begun.because }, begun.kind);
    return begun.kind;
  }
  const { fence, stored, rulesChanges: changes } = begun;
  if (stored.crashes >= crashesAtMost) return giveUp({ ...context, key, fence, queue, log }, stored);
  const lease = keepLease(store, key, { fence, leaseMs, takenAt }, log);
  const { metrics } = context;
  if (metrics !== undefined) lease.lost.addEventListener('abort', () => metrics.leaseLost(), { once: true });
  const stopOrLost = firstOf(stop, lease.lost);
  try {
    const client = await reading;
    const cancelled = client === null ? cancelWithoutEntry(stored.upgrade, context.clock.now()) : null;
    if (cancelled !== null)
      return await settleUnread({ ...context, key, fence, queue, log }, stored, {
        upgrade: cancelled,
        because: 'it is not in the fleet any more',
      });
    const work = await readWork(context, key, { life: lifeOf(activation), changes }, client, stored.upgrade);
    const change = { target: targetOf(work.client), fence, signal: stopOrLost.signal };
    const signals = { stop, lost: lease.lost };
    const { admittedAt } = stored;
    return await drive(
      { ...context, ...work, ...signals, log, key, fence, queue, change, admittedAt },
      stored,
    );
  } finally {
    stopOrLost.release();
    lease.stop();
  }
}

/** A machine that is kept by NTP is ahead of Redis by less. */
const earlyAtMostMs = 1_000;
/** A timer may fire a millisecond too early. */
const beginsAtMost = 3;

/**
 * BullMQ hands out a delayed job by the clock of this machine, the store begins it by the clock of
 * Redis. A job that comes a little too early waits here. One that comes much too early is given up:
 * the sweep adds it when its time has come.
 */
async function beginWhenDue(
  { store, clock, leaseMs }: WorkerContext,
  key: UpgradeKey,
  activation: number,
): Promise<{ readonly begun: BeginOutcome; readonly takenAt: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const takenAt = performance.now();
    const begun = await store.begin(key, activation, randomUUID(), leaseMs, clock.now());
    const isEarly = begun.kind === 'ignored' && begun.dueAt !== undefined;
    const earlyMs = isEarly ? clock.realDelay(begun.dueAt ?? 0) : Infinity;
    if (earlyMs > earlyAtMostMs || attempt === beginsAtMost) return { begun, takenAt };
    await pause(earlyMs);
  }
}

/**
 * The client, and what its campaign says about it: the activation goes by these rules to its end,
 * also when the campaign is edited meanwhile. The next activation goes by the new ones.
 */
async function readWork(
  { rulebook, releases, store }: WorkerContext,
  key: UpgradeKey,
  version: RulesVersion,
  client: Client | null,
  upgrade: Upgrade,
): Promise<Pick<ActivationContext, 'client' | 'rules' | 'profile' | 'releaseFolder'>> {
  if (client === null) throw new Error(`client ${key.client} is not in the fleet`);
  const { rules, ownOf, profile, release, stepTimes } = await rulebook.of(key.campaign, version);
  const fit = stepTimes === undefined ? {} : { fit: await readFit(store, rules.product.product, stepTimes) };
  const own = { ...rules, ...ownOf(client), ...fit };
  const known = asksForFreeTime(own, upgrade) ? await store.freeTimes([client.client]) : null;
  const full = withKnownFreeTime(own, upgrade, known?.get(client.client));
  return { client, rules: full, profile, releaseFolder: releases.of(release) };
}

/**
 * Settles an upgrade on which one worker after the other was lost. Client, campaign and release are
 * not read: reading them may be what the workers died of.
 */
async function giveUp(context: CommitContext & WorkerContext, stored: StoredUpgrade): Promise<ActivationEnd> {
  const upgrade = giveUpAfterCrashes(stored.upgrade, stored.crashes, context.clock.now());
  const because = `${stored.crashes} workers in a row were lost on it`;
  context.log.error({ because }, 'gives the upgrade up');
  return settleUnread(context, stored, { upgrade, because });
}

/** Commits the end of an upgrade whose client is not asked. */
async function settleUnread(
  context: CommitContext & WorkerContext,
  stored: StoredUpgrade,
  end: { readonly upgrade: StoredUpgrade['upgrade']; readonly because: string },
): Promise<ActivationEnd> {
  const { store, clock, dispatcher, metrics } = context;
  const transition = { ...end, evidence: [] };
  const commit = commitOf(context, stored, transition, stored.inbox.length);
  const restart = givenUpUse(stored.upgrade);
  const outcome = await store.commit(restart === undefined ? commit : { ...commit, restart });
  if (outcome.kind !== 'committed') return 'lost';
  metrics?.ended(stored.upgrade, end.upgrade, stored.admittedAt);
  await askForHook(context, context.key.campaign, stored.upgrade, end.upgrade);
  for (const each of jobsOf(outcome))
    if (each !== null) await dispatcher.add(each, clock.realDelay(each.dueAt));
  return 'settled';
}
