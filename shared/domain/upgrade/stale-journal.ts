import { ignore, transition } from './transitions.ts';
import type { Intent } from '../observation/observation.ts';
import { type Journal, orderOf, type StepName } from '../remediation/procedure.ts';
import type { Decision } from './events.ts';
import type { Upgrade } from './state.ts';

/**
 * A record can be older than its client: Redis came back without its last second, or from a backup.
 * The record does not know the steps that were done since. Repeating them from the record would
 * undo them by half, or write a half relocated service over the pre-image.
 */

/**
 * Can the client have this intent while the journal is at its present step? An intent names the
 * step that began last: the journal's present step or the one before.
 */
export function matchesIntent(journal: Journal, intent: Intent | null): boolean {
  const { step, direction, turnedAt } = journal;
  const before = orderOf(journal)[orderOf(journal).indexOf(step) - 1];
  if (intent === null) return mayHaveNone(journal, before);
  if (!isOf(intent, journal)) return false;
  if (direction === 'back' && before === undefined) return turnedFrom(intent, step, turnedAt);
  return intent.direction === direction && (intent.step === step || intent.step === before);
}

/**
 * May the client have no intent? There is none before the first step and after the last one. A way
 * back after a finished way forward begins without one too, except for `replaceAtRestart`: its
 * intent stays while the files wait for the restart.
 */
const mayHaveNone = ({ procedure, step, turnedAt }: Journal, before: StepName | undefined): boolean =>
  step === 'record' ||
  step === 'close' ||
  (before === undefined && turnedAt === null && procedure !== 'replaceAtRestart');

/** At the first step of a way back: the way forward stopped at `turnedAt`, or was finished. */
function turnedFrom(intent: Intent, step: StepName, turnedAt: StepName | null): boolean {
  if (intent.direction === 'back') return intent.step === step;
  if (turnedAt === null || intent.step === turnedAt) return true;
  const forward = orderOf({ procedure: intent.kind, direction: 'forward', turnedAt: null });
  return intent.step === forward[forward.indexOf(turnedAt) - 1];
}

const isOf = ({ kind, preImage }: Intent, { procedure, service }: Journal): boolean =>
  kind === procedure && (preImage.service?.name ?? '').toLowerCase() === service.toLowerCase();

/** The client is right: the next look continues the procedure that is open there, or finds none. */
export function onStaleJournal(upgrade: Upgrade, step: StepName): Decision {
  const { state } = upgrade;
  if (state.phase !== 'remedying' || state.journal.step !== step)
    return ignore(`JournalFoundStale at ${step} while ${state.phase}`);
  const because = `the client has gone on since ${state.journal.procedure} was recorded at ${step}: looking`;
  return transition(upgrade, { phase: 'looking' }, because, { open: { workaround: null, replacing: null } });
}
