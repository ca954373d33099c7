import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import type { Client } from '../shared/domain/campaign/definition.ts';
import { crashesAtMost, giveUpAfterCrashes } from './crash-budget.ts';
import type { QueueName } from '../shared/domain/upgrade/placement.ts';
import type { Dispatcher } from '../shared/queues/dispatcher.ts';
import type { Store } from '../shared/store/store.ts';
import { commitOf, type Committing } from './commit.ts';
import { drive, type DriveEnd } from './drive.ts';
import { firstOf } from './first-of.ts';
import { type Gateway, targetOf } from './gateways/gateway.ts';
import { keepLease } from './lease.ts';
import type { Rulebook } from '../shared/rulebook.ts';
import type { ReleaseFolders } from './release-folder.ts';
import type { Fence, StoredUpgrade, UpgradeKey } from '../shared/store/types.ts';

/** What a worker process shares among all its activations. */
export interface WorkerContext {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Logger;
  readonly gateway: Gateway;
  readonly rulebook: Rulebook;
  readonly releases: ReleaseFolders;
  readonly leaseMs: number;
  /** Fires when the worker is to stop; never when it is not given. */
  readonly quiet?: AbortSignal;
}

export type ActivationEnd = DriveEnd | 'parked' | 'ignored';

/**
 * Runs one activation: takes lease and slots, drives the upgrade until it rests, gives the lease back. A job whose
 * activation is not the record's next one ends here: the record is the truth, the job a hint.
 * @param stop lets go of the command that runs, when the job's lock is lost or the worker can not wait for it any longer
 */
export async function activate(
  context: WorkerContext,
  key: UpgradeKey,
  activation: number,
  queue: QueueName,
  stop: AbortSignal,
): Promise<ActivationEnd> {
  const { store, clock, leaseMs } = context;
  const log = context.log.child({ ...key, activation });
  const takenAt = performance.now();
  const beginning = store.begin(key, activation, randomUUID(), leaseMs, clock.now());
  // Asked for in the same write, and mostly needed. Whoever needs it hears of a failure.
  const client = store.readClient(key.client);
  client.catch(() => undefined);
  const begun = await beginning;
  if (begun.kind !== 'begun') {
    log.debug({ because: begun.because }, begun.kind);
    return begun.kind;
  }
  const { fence, stored } = begun;
  if (stored.crashes >= crashesAtMost) return giveUp({ ...context, key, fence, queue, log }, stored);
  const lease = keepLease(store, key, { fence, leaseMs, takenAt }, log);
  const either = firstOf(stop, lease.lost);
  try {
    const job = await jobOf(context, key, await client, { fence, signal: either.signal });
    return await drive({ ...context, log, key, fence, queue, job, stop, lost: lease.lost }, stored);
  } finally {
    either.release();
    lease.stop();
  }
}

/** Settles an upgrade on which worker after worker is lost; nothing of it can be trusted to be loaded, so nothing is. */
async function giveUp(
  context: Committing & Pick<WorkerContext, 'store' | 'dispatcher' | 'log'>,
  stored: StoredUpgrade,
): Promise<ActivationEnd> {
  const { store, clock, log, dispatcher } = context;
  const upgrade = giveUpAfterCrashes(stored.upgrade, stored.crashes, clock.now());
  const because = `${stored.crashes} workers in a row were lost on it`;
  const move = { upgrade, because, evidence: [] };
  log.error({ because }, 'gives up');
  const outcome = await store.commit(commitOf(context, stored, move, stored.inbox.length));
  if (outcome.kind !== 'committed') return 'lost';
  if (outcome.handed !== null) await dispatcher.add(outcome.handed, clock.realDelay(outcome.handed.dueAt));
  return 'settled';
}

async function jobOf(
  { rulebook, releases, gateway, clock }: WorkerContext,
  key: UpgradeKey,
  client: Client | null,
  change: { readonly fence: Fence; readonly signal: AbortSignal },
) {
  if (client === null) throw new Error(`client ${key.client} is not in the fleet`);
  const target = targetOf(client);
  const { rules, profile, release } = await rulebook.of(key.campaign);
  return {
    client,
    rules: { ...rules, zone: client.zone },
    profile,
    files: releases.of(release),
    clock,
    gateway,
    change: { ...change, target },
  };
}
