import type { Intent, PreImage, SwapPreImage } from '../observation/observation.ts';
import type { Ending } from '../outcome/ending.ts';

/**
 * A procedure changes a service or the files it uses, in a fixed order of steps. Each step brings
 * about one thing and proves it, so it is safe to run a step again after a crash. The intent with
 * the pre-image stays on the client from the first step (`record`) to the last (`close`).
 */
export type StepName =
  | 'record'
  | 'stop'
  | 'copy'
  | 'protect'
  | 'repoint'
  | 'start'
  | 'prove'
  | 'setManual'
  | 'pointBack'
  | 'startAgain'
  | 'removeCopy'
  | 'restoreStartType'
  | 'stage'
  | 'backup'
  | 'place'
  | 'restoreFiles'
  | 'removeStaged'
  | 'queueRenames'
  | 'withdraw'
  | 'close';

/**
 * Remediations get a service out of the way. File procedures bring the files of the release (route
 * `push`): a `swap` at once; `replaceAtRestart` by renames that Windows does at its next start,
 * before any program can open the files.
 */
export type Remediation = 'relocation' | 'workaround';
export type FileProcedure = 'swap' | 'replaceAtRestart';
export type Procedure = Remediation | FileProcedure;
export const procedures = [
  'relocation',
  'workaround',
  'swap',
  'replaceAtRestart',
] as const satisfies readonly Procedure[];
export type Direction = 'forward' | 'back';

/**
 * The safe order: stop -> verified copy -> protected directory (Q181118) -> new image path -> start
 * -> proof. `back` undoes what may have been done. The image path comes first: it needs no stopped
 * service, so a client whose service cannot be stopped is as before at the latest after its next
 * start.
 */
const steps: Readonly<Record<Procedure, Readonly<Record<Direction, readonly StepName[]>>>> = {
  relocation: {
    forward: ['record', 'stop', 'copy', 'protect', 'repoint', 'start', 'prove', 'close'],
    back: ['pointBack', 'stop', 'startAgain', 'removeCopy', 'close'],
  },
  workaround: {
    forward: ['record', 'setManual'],
    back: ['restoreStartType', 'startAgain', 'close'],
  },
  swap: {
    // The service still runs during the long steps.
    forward: ['record', 'stage', 'stop', 'backup', 'place', 'start', 'prove', 'removeStaged', 'close'],
    // `restoreFiles` stops the service itself, and only where a file has been placed.
    back: ['restoreFiles', 'startAgain', 'removeStaged', 'close'],
  },
  replaceAtRestart: {
    // The client restarts after `queueRenames`. Earlier steps change no file in use, and stop
    // nothing.
    forward: [
      'record',
      'stage',
      'backup',
      'queueRenames',
      'start',
      'prove',
      'withdraw',
      'removeStaged',
      'close',
    ],
    // The client may have restarted meanwhile: `restoreFiles` puts back the files that are new.
    back: ['withdraw', 'restoreFiles', 'startAgain', 'removeStaged', 'close'],
  },
};

/**
 * The last step before a procedure waits for the client to restart. The intent stays on the client
 * at this step until the procedure goes on or back.
 */
const restingSteps: Readonly<Partial<Record<Procedure, StepName>>> = {
  workaround: 'setManual',
  replaceAtRestart: 'queueRenames',
};

/** Where a procedure stands: `step` is the one to run (again), all steps before it are done. */
export type Journal =
  | JournalOf<Remediation, PreImage>
  | JournalOf<'swap', SwapPreImage>
  | JournalOf<'replaceAtRestart', SwapPreImage>;

interface JournalOf<Name extends Procedure, Image> {
  readonly procedure: Name;
  readonly direction: Direction;
  readonly step: StepName;
  /** The service that is relocated, or that uses the files; '' = no service does. */
  readonly service: string;
  /** null until `record` has read it and written it to the client. */
  readonly preImage: Image | null;
  /** Failures of the present step, in a row. */
  readonly failures: number;
  /** How the upgrade settles when the way back is done; null = a look follows. */
  readonly ending: Ending | null;
  /** The step whose failure turned the procedure back; null on the way forward. */
  readonly turnedAt: StepName | null;
  /** What the client said at that step, where the ending does not say it. */
  readonly turnedBecause?: string;
}

/** Does this procedure bring the files of the release (and not get a service out of the way)? */
export const bringsFiles = <Of extends { readonly procedure: Procedure }>(
  of: Of,
): of is Extract<Of, { readonly procedure: FileProcedure }> =>
  of.procedure === 'swap' || of.procedure === 'replaceAtRestart';

/** The journal of a procedure that is about to be recorded. */
export const newJournal = <Name extends Procedure>(procedure: Name, service: string) => ({
  procedure,
  direction: 'forward' as const,
  step: firstStep(procedure, 'forward'),
  service,
  preImage: null,
  failures: 0,
  ending: null,
  turnedAt: null,
});

export const firstStep = (procedure: Procedure, direction: Direction): StepName =>
  steps[procedure][direction][0] ?? 'close';

/**
 * The steps of this journal, in order. The way back has only the steps for what may have been done:
 * none where `record` failed, and a check that the service runs where `stop` failed.
 */
export function orderOf({
  procedure,
  direction,
  turnedAt,
}: Pick<Journal, 'procedure' | 'direction' | 'turnedAt'>): readonly StepName[] {
  if (direction === 'forward' || turnedAt === null) return steps[procedure][direction];
  if (turnedAt === 'record') return ['close'];
  if (turnedAt === 'stage') return ['removeStaged', 'close'];
  if (turnedAt === 'stop')
    return procedure === 'swap' ? ['startAgain', 'removeStaged', 'close'] : ['startAgain', 'close'];
  return steps[procedure][direction];
}

/**
 * Is the way forward proved? Only cleaning up is left then, and a failure does not turn it back.
 */
export function isProved({ procedure, direction, step }: Journal): boolean {
  const order = steps[procedure].forward;
  const proof = order.indexOf('prove');
  return direction === 'forward' && proof >= 0 && order.indexOf(step) > proof;
}

/** The journal with the pre-image that `record` has read; null = the step was another one. */
export const withPreImage = (journal: Journal, preImage: PreImage | SwapPreImage | null): Journal =>
  preImage === null ? journal : ({ ...journal, preImage } as Journal);

/** The journal at its next step; null = its last step is done. */
export function nextStep(journal: Journal): Journal | null {
  const order = orderOf(journal);
  const step = order[order.indexOf(journal.step) + 1];
  return step === undefined ? null : { ...journal, step, failures: 0 };
}

/** The same procedure on its way back, because its present step failed. */
export function turnBack(journal: Journal, ending: Ending | null, turnedBecause?: string): Journal {
  const turned: Journal = {
    ...journal,
    direction: 'back',
    failures: 0,
    ending,
    turnedAt: journal.step,
    ...(turnedBecause === undefined ? {} : { turnedBecause }),
  };
  return { ...turned, step: orderOf(turned)[0] ?? 'close' };
}

/** A procedure with the pre-image that it recorded. */
type Recorded =
  | { readonly procedure: Remediation; readonly preImage: PreImage }
  | { readonly procedure: 'swap'; readonly preImage: SwapPreImage }
  | { readonly procedure: 'replaceAtRestart'; readonly preImage: SwapPreImage };

/** The journal of a procedure that has its pre-image, at its first step. */
const fromPreImage = (recorded: Recorded, direction: Direction): Journal => ({
  ...recorded,
  direction,
  step: firstStep(recorded.procedure, direction),
  service: recorded.preImage.service?.name ?? '',
  failures: 0,
  ending: null,
  turnedAt: null,
});

/** The way back of a procedure that is done, or waits for its restart, and the ending after it. */
export const wayBack = (recorded: Recorded, ending: Ending | null): Journal => ({
  ...fromPreImage(recorded, 'back'),
  ending,
});

/** Must the client restart before the next step of this journal? */
export const waitsForRestart = ({ procedure, direction, step }: Journal): boolean =>
  procedure === 'replaceAtRestart' && direction === 'forward' && step === restingSteps[procedure];

/** Does the procedure of this intent wait for the client to restart? */
export const isResting = ({ kind, direction, step }: Intent): boolean =>
  direction === 'forward' && step === restingSteps[kind];

/** The journal of a replacement whose client has restarted. */
export const afterRestart = (preImage: SwapPreImage): Journal => ({
  ...fromPreImage({ procedure: 'replaceAtRestart', preImage }, 'forward'),
  step: 'start',
});

const recordedIn = (intent: Intent): Recorded =>
  ({ procedure: intent.kind, preImage: intent.preImage }) as Recorded;

/**
 * The journal of an unfinished procedure that was found on the client. It continues at the step of
 * the intent. A procedure that was only recorded has changed nothing: only its intent is removed.
 * At a step that this version of servpack does not know, the procedure goes back completely: going
 * forward from the beginning would record a half relocated service as the original one.
 */
export function journalOf(intent: Intent): Journal {
  const begun = fromPreImage(recordedIn(intent), intent.direction);
  if (intent.step === 'record') return turnBack(begun, null);
  const known = knownStepOf(intent);
  return known === undefined ? fromPreImage(recordedIn(intent), 'back') : { ...begun, step: known };
}

/** The step of the intent; undefined = this version of servpack does not know it. */
export const knownStepOf = ({ kind, direction, step }: Intent): StepName | undefined =>
  stepsOf(kind, direction).find((name) => name === step);

/** Every step of a procedure in one direction, in order. */
export const stepsOf = (procedure: Procedure, direction: Direction): readonly StepName[] =>
  steps[procedure][direction];
