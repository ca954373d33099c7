import type { Blocker } from '../observation/blocker.ts';
import type { Command } from './events.ts';
import { hasBegunOnClient } from './memory.ts';
import type { Upgrade } from './state.ts';

/**
 * What follows from an upgrade's state: run a command on the client, rest until a time, or nothing
 * more. It follows from the state alone, so a worker that takes over after a crash concludes the
 * same.
 */
export type Placement =
  | { readonly kind: 'drive'; readonly command: Command }
  | { readonly kind: 'rest'; readonly until: number; readonly keepsSlots: boolean }
  | { readonly kind: 'settled' };

export type QueueName = 'upgrades' | 'remediations';

/** The queue of an upgrade's jobs. Procedures have their own queue, with its own limits. */
export const queueOf = (upgrade: Upgrade): QueueName =>
  upgrade.state.phase === 'remedying' ? 'remediations' : 'upgrades';

/** Most of what a driver does, so it is one value. */
const look: Placement = { kind: 'drive', command: { type: 'LookAtClient' } };

/** What a driver does with this upgrade now. */
export function placementOf({ state }: Upgrade): Placement {
  switch (state.phase) {
    case 'looking':
      return look;
    case 'marking':
      return { kind: 'drive', command: { type: 'MarkClient' } };
    case 'unmarking':
      return { kind: 'drive', command: { type: 'UnmarkClient' } };
    case 'updating':
      return { kind: 'drive', command: { type: 'RunUpdate' } };
    case 'ordering':
      return { kind: 'drive', command: { type: 'RestartClient' } };
    case 'notifying':
      return { kind: 'drive', command: { type: 'NotifyUsers', text: noticeOf(state.blockers) } };
    case 'restarting':
      return { kind: 'rest', until: state.nextLook, keepsSlots: true };
    case 'deferred':
      return { kind: 'rest', until: state.until, keepsSlots: false };
    case 'remedying':
      return state.retryAt === null
        ? { kind: 'drive', command: { type: 'RunStep', journal: state.journal } }
        : { kind: 'rest', until: state.retryAt, keepsSlots: true };
    case 'settled':
      return { kind: 'settled' };
  }
}

/** What logged-on users read on their screens. */
function noticeOf(blockers: readonly Blocker[]): string {
  if (blockers.length > 0 && blockers.every(({ kind }) => kind !== 'service'))
    return 'Open programs on this computer hold up a pending update. Please close them, or it will be installed when the computer restarts.';
  return blockers.length === 1
    ? 'A service on this computer will be moved so that a pending update can be installed.'
    : `${blockers.length} components on this computer hold up a pending update; services among them will be moved.`;
}

/**
 * May this upgrade go on while its campaign is paused? True while something is open on the client
 * that has to be finished (a mark, an ordered restart, a procedure), and while a person's request
 * takes something back. A command with an unknown outcome may have done nothing, so it alone is no
 * reason.
 */
export const isFinishing = (upgrade: Upgrade): boolean => {
  const { state, memory } = upgrade;
  // A procedure that is about to be recorded has not begun.
  if (state.phase === 'remedying') return !beginsSomething(upgrade);
  return memory.request !== null || hasBegunOnClient(memory);
};

/**
 * Does this state begin something new on the client? The store refuses its commit unless the
 * campaign runs. A look changes nothing. The later steps of a procedure, and all steps of its way
 * back, finish what has begun.
 */
export function beginsSomething({ state }: Upgrade): boolean {
  switch (state.phase) {
    case 'marking':
    case 'updating':
    case 'ordering':
    case 'notifying':
      return true;
    case 'remedying':
      return state.journal.step === 'record' && state.journal.direction === 'forward';
    case 'looking':
    case 'unmarking':
    case 'restarting':
    case 'deferred':
    case 'settled':
      return false;
  }
}

/**
 * Can another driver run this state's command again? Looks and the steps of a procedure are safe to
 * repeat. In every other driven state the next driver has to assume that the command was sent.
 */
export const isRepeatable = ({ state }: Upgrade): boolean =>
  state.phase === 'looking' || (state.phase === 'remedying' && state.retryAt === null);

/** Where the store puts an upgrade with a commit. */
export type Place =
  | { readonly index: 'driven' | 'parked' | 'settled' }
  | { readonly index: 'due'; readonly dueAt: number; readonly keepsSlots: boolean };

/** Due at once, with its slots. */
export const dueNow = (at: number): Place => ({ index: 'due', dueAt: at, keepsSlots: true });

/**
 * Where an upgrade belongs after a transition at the time `at`. One that must be driven in the
 * other queue is due now, so that the other queue's limits apply. So is one that a stopping worker
 * hands over.
 * @param queue the queue of its present driver
 * @param isQuiet its driver stops
 */
export function placeAfter(upgrade: Upgrade, queue: QueueName, at: number, isQuiet: boolean): Place {
  const placement = placementOf(upgrade);
  switch (placement.kind) {
    case 'settled':
      return { index: 'settled' };
    case 'rest':
      return { index: 'due', dueAt: placement.until, keepsSlots: placement.keepsSlots };
    case 'drive':
      return queueOf(upgrade) === queue && !(isQuiet && isRepeatable(upgrade))
        ? { index: 'driven' }
        : dueNow(at);
  }
}
