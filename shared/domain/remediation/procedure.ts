import type { Intent, PreImage, SwapPreImage } from '../observation/observation.ts';
import type { Ending } from '../outcome/ending.ts';

/**
 * What changes a service or the files it holds is a journaled procedure: an ordered list of steps, each of which makes one thing so and
 * proves it, so that running a step again after a crash is safe. The intent with the pre-image stands on the client from the
 * first step (`record`) until the last (`close`).
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
 * Remediations move a service out of the way. The others bring the files of the release (route `push`): a `swap` at once,
 * `replaceAtRestart` by what Windows renames at its next start, before anything runs that could hold them.
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
 * The order is the safe one of the facts: stop -> verified copy -> protected directory (Q181118) -> new image path ->
 * start -> proof. `back` undoes what may have been done, in reverse.
 */
const steps: Readonly<Record<Procedure, Readonly<Record<Direction, readonly StepName[]>>>> = {
  relocation: {
    forward: ['record', 'stop', 'copy', 'protect', 'repoint', 'start', 'prove', 'close'],
    back: ['stop', 'pointBack', 'startAgain', 'removeCopy', 'close'],
  },
  workaround: {
    forward: ['record', 'setManual'],
    back: ['restoreStartType', 'startAgain', 'close'],
  },
  swap: {
    // Everything that takes long is done while the service still runs.
    forward: ['record', 'stage', 'stop', 'backup', 'place', 'start', 'prove', 'removeStaged', 'close'],
    // Nothing is stopped where no file has been placed.
    back: ['restoreFiles', 'startAgain', 'removeStaged', 'close'],
  },
  replaceAtRestart: {
    // The client restarts after `queueRenames`: everything before it changes no file that is in use, and stops nothing.
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
    // It may have restarted meanwhile, so the files are put back where they are not the old ones any more.
    back: ['withdraw', 'restoreFiles', 'startAgain', 'removeStaged', 'close'],
  },
};

/** The step after which a procedure waits for the client to restart. */
const beforeRestart: StepName = 'queueRenames';

/** Where a procedure stands. The named step is the one to run (again); everything before it is done. */
export type Journal =
  | JournalOf<Remediation, PreImage>
  | JournalOf<'swap', SwapPreImage>
  | JournalOf<'replaceAtRestart', SwapPreImage>;

interface JournalOf<Name extends Procedure, Image> {
  readonly procedure: Name;
  readonly direction: Direction;
  readonly step: StepName;
  /** The service that is moved, or that holds the files; '' where no service does. */
  readonly service: string;
  /** Null until `record` has read and written it. */
  readonly preImage: Image | null;
  /** Failures of the present step in a row. */
  readonly failures: number;
  /** What to settle as when the way back is done; null = look again. */
  readonly ending: Ending | null;
  /** The step that failed for good and turned the procedure round; null on the way forward. */
  readonly turnedAt: StepName | null;
  /** What the client said there, where the ending does not tell. */
  readonly turnedBecause?: string;
}

/** Does it bring the files of the release, instead of moving a service? */
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
 * The steps of this journal. The way back is as long as what may have been done: nothing when it could not even be recorded, and a
 * service that would not stop is only seen to run.
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

/** It is proved, and only what it has left behind is still to be taken away: nothing turns it round any more. */
export function isProved({ procedure, direction, step }: Journal): boolean {
  const order = steps[procedure].forward;
  const proof = order.indexOf('prove');
  return direction === 'forward' && proof >= 0 && order.indexOf(step) > proof;
}

/** The journal with what `record` brought, which is of its own kind: only the driver that ran the step can tell of it. */
export const withPreImage = (journal: Journal, preImage: PreImage | SwapPreImage | null): Journal =>
  preImage === null ? journal : ({ ...journal, preImage } as Journal);

/** The journal one step further, or null when its last step is done. */
export function nextStep(journal: Journal): Journal | null {
  const order = orderOf(journal);
  const step = order[order.indexOf(journal.step) + 1];
  return step === undefined ? null : { ...journal, step, failures: 0 };
}

/** The same procedure on its way back, from the step that could not be done. */
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

/** A procedure with what it recorded, as a journal and an intent have it. */
type Recorded =
  | { readonly procedure: Remediation; readonly preImage: PreImage }
  | { readonly procedure: 'swap'; readonly preImage: SwapPreImage }
  | { readonly procedure: 'replaceAtRestart'; readonly preImage: SwapPreImage };

/** The journal of a procedure that has its pre-image, standing at its first step. */
const fromPreImage = (recorded: Recorded, direction: Direction): Journal => ({
  ...recorded,
  direction,
  step: firstStep(recorded.procedure, direction),
  service: recorded.preImage.service?.name ?? '',
  failures: 0,
  ending: null,
  turnedAt: null,
});

/** The way back of a procedure that went forward to its end or to its restart, and what to settle as afterwards. */
export const wayBack = (recorded: Recorded, ending: Ending | null): Journal => ({
  ...fromPreImage(recorded, 'back'),
  ending,
});

/** Is the client to restart before the next step of this journal? */
export const waitsForRestart = ({ direction, step }: Journal): boolean =>
  direction === 'forward' && step === beforeRestart;

/** The journal of a replacement whose client has restarted. */
export const afterRestart = (preImage: SwapPreImage): Journal => ({
  ...fromPreImage({ procedure: 'replaceAtRestart', preImage }, 'forward'),
  step: 'start',
});

const recordedIn = (intent: Intent): Recorded =>
  ({ procedure: intent.kind, preImage: intent.preImage }) as Recorded;

/**
 * The journal of a procedure found unfinished on the client: it goes on at the step the client remembers. One that was only recorded has
 * changed nothing, so only its intent is taken away. One at a step that this version does not know goes back as a whole: going forward from
 * the beginning would record a service that is moved by half as the service that was before.
 */
export function journalOf(intent: Intent): Journal {
  const begun = fromPreImage(recordedIn(intent), intent.direction);
  if (intent.step === 'record') return turnBack(begun, null);
  const known = stepsOf(intent.kind, intent.direction).find((step) => step === intent.step);
  return known === undefined ? fromPreImage(recordedIn(intent), 'back') : { ...begun, step: known };
}

/** "relocation of SERVICE" */
export const titleOf = ({ procedure, service }: Pick<Journal, 'procedure' | 'service'>): string =>
  service === '' ? `${procedure} of the files` : `${procedure} of ${service}`;

/** "step 4 of 8 (protect)" */
export function progressOf(journal: Journal): string {
  const order = orderOf(journal);
  return `step ${order.indexOf(journal.step) + 1} of ${order.length} (${journal.step})`;
}

/** Every step of a procedure in one direction, in order. */
export const stepsOf = (procedure: Procedure, direction: Direction): readonly StepName[] =>
  steps[procedure][direction];
