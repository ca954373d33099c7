import type { Intent, Observation } from '../observation/observation.ts';
import type { Ending } from '../outcome/ending.ts';
import { isResting, type Journal, knownStepOf, orderOf, type StepName } from '../remediation/procedure.ts';
import { procedureWords, stepWords } from '../remediation/procedure-words.ts';
import type { Decision } from './events.ts';
import { changeMemory, type Memory, type Open, type Request } from './memory.ts';
import type { Upgrade } from './state.ts';
import { ignore, transition } from './transitions.ts';

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

/**
 * At the first step of a way back: the way forward stopped at `turnedAt`, waits for a restart, or
 * stands at a step that this version of servpack does not know. A way forward that has left its
 * resting step is never turned: the backup of the old files may be removed already.
 */
function turnedFrom(intent: Intent, step: StepName, turnedAt: StepName | null): boolean {
  if (turnedAt === null && knownStepOf(intent) === undefined) return true;
  if (intent.direction === 'back') return intent.step === step;
  if (turnedAt === null) return isResting(intent);
  if (intent.step === turnedAt) return true;
  const forward = orderOf({ procedure: intent.kind, direction: 'forward', turnedAt: null });
  return intent.step === forward[forward.indexOf(turnedAt) - 1];
}

const isOf = ({ kind, preImage }: Intent, { procedure, service }: Journal): boolean =>
  kind === procedure && (preImage.service?.name ?? '').toLowerCase() === service.toLowerCase();

/**
 * The client is right: the next look continues the procedure that is open there, or finds none. The
 * upgrade does not end before that look.
 */
export function onStaleJournal(upgrade: Upgrade, step: StepName): Decision {
  const { state } = upgrade;
  if (state.phase !== 'remedying' || state.journal.step !== step)
    return ignore(`JournalFoundStale at ${step} while ${state.phase}`);
  const because = `the client has gone on since the ${procedureWords[state.journal.procedure]} was recorded at step "${stepWords[step]}": looking`;
  return transition(upgrade, { phase: 'looking' }, because, {
    open: { workaround: null, replacing: null, unfinished: true },
    request: upgrade.memory.request ?? stillRequested(state.journal.ending),
  });
}

/**
 * The ending that the stale procedure would have had. A person's wish to end the upgrade stands,
 * and so does the reason to leave a client alone. How the upgrade went is decided again.
 */
const stillRequested = (ending: Ending | null): Request | null =>
  ending?.end === 'cancelled' || ending?.end === 'skipped' ? { kind: 'end', ending } : null;

/**
 * The memory, corrected by what stands on the client. A workaround or a replacement that has left
 * its resting step is known from an old record only: its intent says where it is now.
 */
export function withoutStaleOpen(memory: Memory, { intent }: Observation, now: number): Memory {
  const stale = staleOpen(memory.open, intent, now);
  return stale === null && !memory.open.unfinished
    ? memory
    : changeMemory(memory, { open: { ...stale, unfinished: false } });
}

/**
 * Where files wait for a restart by the record, and the client has no intent for that, all that is
 * known is that something was done: the client counts as marked.
 */
function staleOpen(
  { workaround, replacing }: Open,
  intent: Intent | null,
  now: number,
): Partial<Open> | null {
  if (workaround !== null && intent !== null && !isRestingAs('workaround', intent))
    return { workaround: null };
  if (replacing === null || isRestingAs('replaceAtRestart', intent)) return null;
  const isGoingOn = intent?.kind === 'replaceAtRestart';
  return { replacing: null, ...(isGoingOn ? {} : { mark: { at: now, bootId: replacing.bootId } }) };
}

const isRestingAs = (kind: Intent['kind'], intent: Intent | null): boolean =>
  intent !== null && intent.kind === kind && isResting(intent);
