import type { Blocker } from '../observation/blocker.ts';
import type { Command } from './events.ts';
import { openOnClient } from './memory.ts';
import type { Upgrade } from './state.ts';

/**
 * What follows from an upgrade's state: drive it on, let it rest until a moment, or leave it settled. Derived from the state alone,
 * so that a worker that takes over after a crash comes to the same conclusion.
 */
export type Placement =
  | { readonly kind: 'drive'; readonly command: Command }
  | { readonly kind: 'rest'; readonly until: number; readonly keepsSlots: boolean }
  | { readonly kind: 'settled' };

export type QueueName = 'upgrades' | 'remediations';

/** Procedures have a queue of their own, with its own limits. */
export const queueOf = (upgrade: Upgrade): QueueName =>
  upgrade.state.phase === 'remedying' ? 'remediations' : 'upgrades';

export function placementOf({ state }: Upgrade): Placement {
  switch (state.phase) {
    case 'looking':
      return { kind: 'drive', command: { type: 'LookAtClient' } };
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

function noticeOf(blockers: readonly Blocker[]): string {
  if (blockers.length > 0 && blockers.every(({ kind }) => kind !== 'service'))
    return 'Open programs on this computer hold up a pending update. Please close them, or it will be installed when the computer restarts.';
  return blockers.length === 1
    ? 'A service on this computer will be moved so that a pending update can be installed.'
    : `${blockers.length} components on this computer hold up a pending update; services among them will be moved.`;
}

/**
 * May this upgrade go on while its campaign is paused? True for what has been begun on the client and should not be broken off:
 * a restart that was ordered, a procedure that is open, an update whose mark is set; and for what takes back what was done.
 */
export const isFinishing = (upgrade: Upgrade): boolean => {
  const { state, memory } = upgrade;
  // A procedure that is only about to be recorded has not been begun.
  if (state.phase === 'remedying') return !beginsSomething(upgrade);
  return memory.request !== null || openOnClient(memory).some((name) => name !== 'unanswered');
};

/**
 * Does the step into this state begin something new on the client? Such a commit is refused unless the campaign runs. A look changes
 * nothing; the way back of a procedure, and every later step of one that is open, finish what was begun.
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
 * May another driver take it over here as if nothing had happened? Looks and steps of a procedure are begun afresh by whoever comes.
 * In every other state that is driven, whoever comes must take the command for sent.
 */
export const isRepeatable = ({ state }: Upgrade): boolean =>
  state.phase === 'looking' || (state.phase === 'remedying' && state.retryAt === null);
