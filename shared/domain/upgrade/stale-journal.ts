import { ignore, transition } from './transitions.ts';
import type { Intent } from '../observation/observation.ts';
import { type Journal, orderOf, type StepName } from '../remediation/procedure.ts';
import type { Decision } from './events.ts';
import type { Upgrade } from './state.ts';

/**
 * A record can be older than its client: a Redis that came back without its last second, or from a backup. Then the steps that were done
 * since are forgotten, and doing them again from the record would undo them by half, or write a half moved service over the pre-image.
 */

/**
 * Can the client have this intent while the journal stands where it stands? An intent names the step that was begun last: this one, or
 * the one before it.
 */
export function matchesIntent(journal: Journal, intent: Intent | null): boolean {
  const { step, direction, turnedAt } = journal;
  const before = orderOf(journal)[orderOf(journal).indexOf(step) - 1];
  if (intent === null) return isClosed(journal, before);
  if (!isOf(intent, journal)) return false;
  if (direction === 'back' && before === undefined) return turnedFrom(intent, step, turnedAt);
  return intent.direction === direction && (intent.step === step || intent.step === before);
}

/**
 * None stands there before the first step of all, and after the last one. A way back that nothing turned round begins with none, but that of a
 * replacement: files that wait for a restart have theirs.
 */
const isClosed = ({ procedure, step, turnedAt }: Journal, before: StepName | undefined): boolean =>
  step === 'record' ||
  step === 'close' ||
  (before === undefined && turnedAt === null && procedure !== 'replaceAtRestart');

/** The first step of a way back: the way forward was left at `turnedAt`, or had come to its end. */
function turnedFrom(intent: Intent, step: StepName, turnedAt: StepName | null): boolean {
  if (intent.direction === 'back') return intent.step === step;
  if (turnedAt === null || intent.step === turnedAt) return true;
  const forward = orderOf({ procedure: intent.kind, direction: 'forward', turnedAt: null });
  return intent.step === forward[forward.indexOf(turnedAt) - 1];
}

const isOf = ({ kind, preImage }: Intent, { procedure, service }: Journal): boolean =>
  kind === procedure && (preImage.service?.name ?? '').toLowerCase() === service.toLowerCase();

/** What stands on the client wins: the next look goes on with the procedure that is open there, or finds that none is. */
export function onStaleJournal(upgrade: Upgrade, step: StepName): Decision {
  const { state } = upgrade;
  if (state.phase !== 'remedying' || state.journal.step !== step)
    return ignore(`JournalFoundStale at ${step} while ${state.phase}`);
  const because = `the client has gone on since ${state.journal.procedure} was recorded at ${step}: looking`;
  return transition(upgrade, { phase: 'looking' }, because, { open: { workaround: null, replacing: null } });
}
