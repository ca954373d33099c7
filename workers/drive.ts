import type { Logger } from 'pino';
import { withoutPlan } from '../shared/domain/upgrade/closed-window.ts';
import { decide } from '../shared/domain/upgrade/decide.ts';
import {
  beginsSomething,
  isFinishing,
  isFreshFor,
  placementOf,
  queueOf,
} from '../shared/domain/upgrade/placement.ts';
import type { Decision, UpgradeEvent } from '../shared/domain/upgrade/state.ts';
import { capped, evidenceBytesAtMost, sha256 } from '../shared/evidence.ts';
import type { Dispatcher } from '../shared/queues/dispatcher.ts';
import type { Store } from '../shared/store/store.ts';
import { act, type Job } from './execute.ts';
import { commitOf, type Committing, type Held, type Move } from './commit.ts';
import type { Activation, Commit, CommitOutcome, Evidence, Message } from '../shared/store/types.ts';

/** Everything one activation works with. */
export interface Drive extends Committing {
  readonly store: Store;
  readonly dispatcher: Dispatcher;
  readonly log: Logger;
  readonly job: Omit<Job, 'resumes'>;
  /** Fires when the lease is lost. */
  readonly lost: AbortSignal;
  /** Fires when the command that runs is to be let go of, while the lease is still held. */
  readonly stop: AbortSignal;
}

/** Real time from asking for a commit to the command that follows it: within the second in which a pause promises to hold. */
const heldUpAtMostMs = 900;

/** How an activation ended; what comes next stands in the record. */
export type DriveEnd = 'rested' | 'settled' | 'held' | 'handedOver' | 'lost';

/**
 * Drives one upgrade until it rests: command -> gateway -> event -> decide -> commit -> next command. Nothing is done on the
 * client that has not been committed before.
 */
export async function drive(context: Drive, begun: Held): Promise<DriveEnd> {
  let held = begun;
  let event = firstEvent(begun);
  let evidence: readonly Evidence[] = [];
  let resumes = true;
  for (;;) {
    const askedAt = performance.now();
    const before = held.upgrade.state.phase;
    const answered = await answer(context, held, event, evidence);
    if (typeof answered === 'string') return answered;
    // A procedure that is taken up in its middle was begun by whoever drove the client before its last rest.
    if (before !== 'remedying') resumes = true;
    held = answered;
    if (!(await mayGoOn(context, held, askedAt))) return letGo(context, held, 'nothing may begin any more');
    const placement = placementOf(held.upgrade);
    if (placement.kind !== 'drive') throw new Error(`drives an upgrade that is ${held.upgrade.state.phase}`);
    const outcome = await act({ ...context.job, resumes }, placement.command);
    resumes = false;
    if (isLost(context, outcome.event)) return 'lost';
    if (context.stop.aborted) return letGo(context, held);
    ({ event, evidence } = outcome);
  }
}

/**
 * A pause holds whatever is written down after it. What was written down before it and was then held up (a frozen process, a slow Redis)
 * must not begin later than the second that a pause promises, so it is asked once more.
 */
async function mayGoOn({ store, key, log }: Drive, { upgrade }: Held, askedAt: number): Promise<boolean> {
  if (upgrade.state.phase === 'remedying' || !beginsSomething(upgrade)) return true;
  let since = askedAt;
  for (let tries = 0; tries < 3; tries += 1) {
    if (performance.now() - since < heldUpAtMostMs) return true;
    since = performance.now();
    const [record, { halt }] = await Promise.all([store.readCampaign(key.campaign), store.readHalt()]);
    if (record?.campaign.state.status !== 'running' || halt !== null) break;
  }
  log.info({ phase: upgrade.state.phase }, 'was held up, and is not begun');
  return false;
}

/** What woke it: a client that rests and has checked in is not looked at because its time has come, and its audit says so. */
function firstEvent({ upgrade: { state }, inbox }: Held): UpgradeEvent {
  const isAtRest = state.phase === 'deferred' || state.phase === 'restarting';
  return { type: isAtRest && inbox.some(({ type }) => type === 'CheckedIn') ? 'CheckedIn' : 'Activated' };
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
  if (decision.kind === 'ignored') log.debug({ event: event.type, because: decision.because }, 'ignored');
  if (isHandedOver(context, held, decision)) return handOver(context, held);
  if (decision.kind === 'ignored') return held;
  return commitMove(context, held, { upgrade: decision.upgrade, because: decision.because, evidence });
}

/** Commits a move; messages that came in meanwhile are decided first, so that nobody rests past a wake-up. */
async function commitMove(context: Drive, held: Held, move: Move): Promise<Held | DriveEnd> {
  let { inbox } = held;
  let next = consume(context, held, move, inbox);
  for (;;) {
    const outcome = await context.store.commit(commitOf(context, held, next, inbox.length));
    switch (outcome.kind) {
      case 'committed':
        return committed(context, held, next, outcome);
      case 'inbox':
        inbox = outcome.messages;
        next = consume(context, held, move, inbox);
        break;
      case 'held':
        context.log.info({ because: outcome.because }, 'held');
        return park(context, { ...held, inbox }, next.upgrade.logonServer, outcome.because);
      case 'stale':
        context.log.warn({ because: outcome.because }, 'another driver has taken over');
        return 'lost';
    }
  }
}

/** The move with the inbox decided on top of it; what clients sent along is kept as evidence. */
function consume({ job, clock }: Drive, held: Held, move: Move, inbox: readonly Message[]): Move {
  let { upgrade, because } = move;
  // What was about to begin has not begun: an order finds it where it is.
  if (inbox.some(isOrder)) upgrade = withoutPlan(held.upgrade, upgrade);
  for (const message of inbox) {
    const event: UpgradeEvent = isOrder(message) ? message : { type: message.type };
    const decision = decide(job.rules, upgrade, event, clock.now());
    if (decision.kind === 'moved') ({ upgrade, because } = decision);
  }
  return { upgrade, because, evidence: [...move.evidence, ...inbox.flatMap(evidenceIn)] };
}

/** What a person wants, as against what a client reports. */
const isOrder = (message: Message): message is Extract<Message, { type: 'EndRequested' }> =>
  message.type === 'EndRequested';

function evidenceIn(message: Message): readonly Evidence[] {
  if (isOrder(message) || message.transcript === null) return [];
  const text = capped(message.transcript, evidenceBytesAtMost);
  return [{ sha256: sha256(text), text }];
}

async function committed(
  context: Drive,
  before: Held,
  { upgrade, because }: Move,
  outcome: Extract<CommitOutcome, { kind: 'committed' }>,
): Promise<Held | DriveEnd> {
  context.log.info({ from: before.upgrade.state.phase, to: upgrade.state.phase, because }, 'moved');
  await addJobs(context, [outcome.next, outcome.handed]);
  if (upgrade.state.phase === 'settled') return 'settled';
  if (outcome.next !== null) return queueOf(upgrade) === context.queue ? 'rested' : 'handedOver';
  return { version: outcome.version, upgrade, inbox: [] };
}

/** The record is written: a job that can not be added now is added by the sweep. */
async function addJobs(
  { log, dispatcher, clock }: Drive,
  activations: readonly (Activation | null)[],
): Promise<void> {
  const jobs = activations
    .filter((each) => each !== null)
    .map((activation) => ({ activation, delayMs: clock.realDelay(activation.dueAt) }));
  await dispatcher
    .addAll(jobs)
    .catch((error: unknown) => log.warn({ error }, 'could not add the next job; the sweep will'));
}

/**
 * Nothing may begin now: the upgrade stays in the state it has, and waits for a slot where it was seen until the campaign goes on or its
 * logon server has room.
 */
async function park(
  context: Drive,
  held: Held,
  logonServer: string,
  because: string,
): Promise<Held | DriveEnd> {
  const { inbox } = held;
  const upgrade = { ...held.upgrade, logonServer };
  const move = { upgrade, because, evidence: [] };
  // A check-in is forgotten, for the upgrade begins with a look; what a person wants is not.
  if (inbox.some(isOrder)) return commitMove(context, held, move);
  const commit: Commit = {
    ...commitOf(context, held, move, inbox.length),
    step: 'finish',
    place: isFinishing(upgrade) ? restBeforeAnotherTry(context) : { index: 'parked' },
  };
  const outcome = await context.store.commit(commit);
  if (outcome.kind === 'inbox')
    return park(context, { ...held, inbox: outcome.messages }, logonServer, because);
  if (outcome.kind !== 'committed') return 'lost';
  await addJobs(context, [outcome.next, outcome.handed]);
  return 'held';
}

/** What was begun gets a slot also while nothing may begin: parked, it would be looked at again at once, and again. */
const restBeforeAnotherTry = ({ clock, job }: Drive): Commit['place'] => ({
  index: 'due',
  dueAt: clock.now() + job.rules.policy.restart.lookEveryMs,
  keepsSlots: false,
});

/**
 * A worker that stops does not begin what another would have to take for sent: such a move is not made. The look that led to it is
 * forgotten, and the next driver looks again.
 */
function isHandedOver({ quiet }: Drive, held: Held, decision: Decision): boolean {
  if (quiet?.aborted !== true || !isFreshFor(held.upgrade)) return false;
  if (decision.kind === 'ignored') return true;
  return placementOf(decision.upgrade).kind === 'drive' && !isFreshFor(decision.upgrade);
}

/** A command was given up in its middle, by our own stop: what came of it is not known, and whoever comes next looks first. */
async function letGo(context: Drive, held: Held, why?: string): Promise<DriveEnd> {
  const { job, clock } = context;
  const decision = decide(job.rules, held.upgrade, { type: 'WorkerStopped' }, clock.now());
  if (decision.kind !== 'moved') return handOver(context, held);
  return handOver(context, held, { upgrade: decision.upgrade, because: why ?? decision.because });
}

/** Gives lease and work back: due now under the next activation, with its slots, for another worker. */
async function handOver(
  context: Drive,
  held: Held,
  { upgrade, because }: Omit<Move, 'evidence'> = { upgrade: held.upgrade, because: 'its worker stops' },
  inbox = held.inbox,
): Promise<DriveEnd> {
  const move = consume(context, held, { upgrade, because, evidence: [] }, inbox);
  const commit = commitOf(context, held, move, inbox.length);
  const place = commit.place.index === 'driven' ? dueNow(commit.at) : commit.place;
  const outcome = await context.store.commit({ ...commit, step: 'finish', place });
  if (outcome.kind === 'inbox') return handOver(context, held, { upgrade, because }, outcome.messages);
  if (outcome.kind !== 'committed') return 'lost';
  context.log.info({ because }, 'handed over');
  await addJobs(context, [outcome.next, outcome.handed]);
  return 'handedOver';
}

const dueNow = (at: number): Commit['place'] => ({ index: 'due', dueAt: at, keepsSlots: true });

/** The lease is gone, or the client has seen a newer driver: nothing more may be written or done. */
function isLost({ lost, log }: Drive, event: UpgradeEvent): boolean {
  const fenced = 'failure' in event && event.failure.kind === 'fenced';
  if (fenced) log.warn('the client has seen a newer driver');
  return fenced || lost.aborted;
}
