import type { Logger } from 'pino';
import type { Clock } from '../shared/clock.ts';
import { decide } from '../shared/domain/decide.ts';
import { beginsSomething, placementOf, type QueueName, queueOf } from '../shared/domain/placement.ts';
import { difference, tallyOf } from '../shared/domain/tally.ts';
import type { Upgrade, UpgradeEvent } from '../shared/domain/upgrade.ts';
import type { Dispatcher } from '../shared/queues.ts';
import type {
  Commit,
  CommitOutcome,
  Evidence,
  Fence,
  Message,
  Store,
  UpgradeKey,
} from '../shared/store/store.ts';
import { act, type Job } from './act.ts';

/** Everything one activation works with. */
export interface Drive {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Logger;
  readonly key: UpgradeKey;
  readonly fence: Fence;
  readonly queue: QueueName;
  readonly job: Job;
}

/** How an activation ended; what comes next stands in the record. */
export type DriveEnd = 'rested' | 'settled' | 'held' | 'handedOver' | 'lost';

/** What the record holds while this driver has the lease. */
interface Held {
  readonly version: number;
  readonly upgrade: Upgrade;
  readonly inbox: readonly Message[];
}

/**
 * Drives one upgrade until it rests: command -> gateway -> event -> decide -> commit -> next command. Nothing is done on the
 * client that has not been committed before.
 */
export async function drive(context: Drive, begun: Held): Promise<DriveEnd> {
  let held = begun;
  let event: UpgradeEvent = { type: 'Activated' };
  let evidence: readonly Evidence[] = [];
  for (;;) {
    const answered = await answer(context, held, event, evidence);
    if (typeof answered === 'string') return answered;
    held = answered;
    const placement = placementOf(held.upgrade);
    if (placement.kind !== 'drive') throw new Error(`drives an upgrade that is ${held.upgrade.state.phase}`);
    const outcome = await act(context.job, placement.command);
    if (isLost(context, outcome.event)) return 'lost';
    ({ event, evidence } = outcome);
  }
}

/** Decides and commits. Returns what is held now when the upgrade is to be driven on, else how the activation ended. */
async function answer(
  context: Drive,
  held: Held,
  event: UpgradeEvent,
  evidence: readonly Evidence[],
): Promise<Held | DriveEnd> {
  const { clock, log, job } = context;
  const decision = decide(job.rules, held.upgrade, event, clock.now());
  if (decision.kind === 'ignored') {
    log.debug({ event: event.type, because: decision.because }, 'ignored');
    return held;
  }
  return commitMove(context, held, { upgrade: decision.upgrade, because: decision.because, evidence });
}

interface Move {
  readonly upgrade: Upgrade;
  readonly because: string;
  readonly evidence: readonly Evidence[];
}

/** Commits a move; messages that came in meanwhile are decided first, so that nobody rests past a wake-up. */
async function commitMove(context: Drive, held: Held, move: Move): Promise<Held | DriveEnd> {
  let { inbox } = held;
  let next = consume(context, move, inbox);
  for (;;) {
    const outcome = await context.store.commit(commitOf(context, held, next, inbox.length));
    switch (outcome.kind) {
      case 'committed':
        return committed(context, held, next, outcome);
      case 'inbox':
        inbox = outcome.messages;
        next = consume(context, move, inbox);
        break;
      case 'held':
        context.log.info({ because: outcome.because }, 'held');
        return park(context, held, inbox.length, outcome.because);
      case 'stale':
        context.log.warn({ because: outcome.because }, 'another driver has taken over');
        return 'lost';
    }
  }
}

/** The move with the inbox decided on top of it. */
function consume({ job, clock }: Drive, move: Move, inbox: readonly Message[]): Move {
  let { upgrade, because } = move;
  for (const message of inbox) {
    const decision = decide(job.rules, upgrade, { type: message.type }, clock.now());
    if (decision.kind === 'moved') ({ upgrade, because } = decision);
  }
  return { ...move, upgrade, because };
}

async function committed(
  context: Drive,
  before: Held,
  { upgrade, because }: Move,
  outcome: Extract<CommitOutcome, { kind: 'committed' }>,
): Promise<Held | DriveEnd> {
  const { log, dispatcher, clock } = context;
  log.info({ from: before.upgrade.state.phase, to: upgrade.state.phase, because }, 'moved');
  const jobs = [outcome.next, outcome.handed].filter((each) => each !== null);
  // The record is written: a job that can not be added now is added by the sweep.
  await dispatcher
    .addAll(jobs.map((activation) => ({ activation, delayMs: clock.realDelay(activation.dueAt) })))
    .catch((error: unknown) => log.warn({ error }, 'could not add the next job; the sweep will'));
  if (upgrade.state.phase === 'settled') return 'settled';
  if (outcome.next !== null) return queueOf(upgrade) === context.queue ? 'rested' : 'handedOver';
  return { version: outcome.version, upgrade, inbox: [] };
}

/** The campaign does not run: the upgrade stays in the state it has and waits for a slot when the campaign goes on. */
async function park(context: Drive, held: Held, consumed: number, because: string): Promise<DriveEnd> {
  const move = { upgrade: held.upgrade, because, evidence: [] };
  const commit: Commit = {
    ...commitOf(context, held, move, consumed),
    step: 'finish',
    place: { index: 'parked' },
  };
  const outcome = await context.store.commit(commit);
  if (outcome.kind === 'inbox') return park(context, held, outcome.messages.length, because);
  return outcome.kind === 'committed' ? 'held' : 'lost';
}

function commitOf(
  { key, fence, clock, queue, job }: Drive,
  held: Held,
  { upgrade, because, evidence }: Move,
  consumed: number,
): Commit {
  const at = clock.now();
  return {
    key,
    version: held.version,
    fence,
    at,
    upgrade,
    consumed,
    step: beginsSomething(upgrade) ? 'start' : 'finish',
    place: placeOf(upgrade, queue, at),
    counters: difference(tallyOf(held.upgrade), tallyOf(upgrade)),
    audit: {
      at,
      campaign: key.campaign,
      client: key.client,
      who: `worker ${job.change.fence.owner}`,
      from: held.upgrade.state.phase,
      to: upgrade.state.phase,
      because,
      evidence: evidence[0]?.sha256 ?? null,
    },
    evidence,
  };
}

/** Work that belongs to the other queue rests until now, so that the other queue's limits apply to it. */
function placeOf(upgrade: Upgrade, queue: QueueName, at: number): Commit['place'] {
  const placement = placementOf(upgrade);
  switch (placement.kind) {
    case 'settled':
      return { index: 'settled' };
    case 'rest':
      return { index: 'due', dueAt: placement.until, keepsSlots: placement.keepsSlots };
    case 'drive':
      return queueOf(upgrade) === queue ? { index: 'driven' } : { index: 'due', dueAt: at, keepsSlots: true };
  }
}

/** The lease is gone, or the client has seen a newer driver: nothing more may be written or done. */
function isLost({ job, log }: Drive, event: UpgradeEvent): boolean {
  const fenced = 'failure' in event && event.failure.kind === 'fenced';
  if (fenced) log.warn('the client has seen a newer driver');
  return fenced || job.change.signal.aborted;
}
