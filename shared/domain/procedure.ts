import type { Intent, PreImage } from './observation.ts';
import type { Ending } from './ending.ts';

/**
 * A remediation that changes a service is a journaled procedure: an ordered list of steps, each of which makes one thing so and
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
  | 'close';

export type Procedure = 'relocation' | 'workaround';
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
};

/** Where a procedure stands. The named step is the one to run (again); everything before it is done. */
export interface Journal {
  readonly procedure: Procedure;
  readonly direction: Direction;
  readonly step: StepName;
  readonly service: string;
  /** Null until `record` has read and written it. */
  readonly preImage: PreImage | null;
  /** Failures of the present step in a row. */
  readonly failures: number;
  /** What to settle as when the way back is done; null = look again. */
  readonly ending: Ending | null;
  /** The step that failed for good and turned the procedure round; null on the way forward. */
  readonly turnedAt: StepName | null;
}

export const firstStep = (procedure: Procedure, direction: Direction): StepName =>
  steps[procedure][direction][0] ?? 'close';

/**
 * The steps of this journal. The way back of a relocation is as long as what may have been done: nothing when it could not even be
 * recorded, and a service that would not stop is only seen to run.
 */
export function orderOf({
  procedure,
  direction,
  turnedAt,
}: Pick<Journal, 'procedure' | 'direction' | 'turnedAt'>): readonly StepName[] {
  if (direction === 'back' && turnedAt === 'record') return ['close'];
  if (direction === 'back' && turnedAt === 'stop') return ['startAgain', 'close'];
  return steps[procedure][direction];
}

/** The journal one step further, or null when its last step is done. */
export function nextStep(journal: Journal): Journal | null {
  const order = orderOf(journal);
  const step = order[order.indexOf(journal.step) + 1];
  return step === undefined ? null : { ...journal, step, failures: 0 };
}

/** The same procedure on its way back, from the step that could not be done. */
export function turnBack(journal: Journal, ending: Ending | null): Journal {
  const turned: Journal = { ...journal, direction: 'back', failures: 0, ending, turnedAt: journal.step };
  return { ...turned, step: orderOf(turned)[0] ?? 'close' };
}

/** The journal of a procedure that has its pre-image, standing at its first step. */
const fromPreImage = (procedure: Procedure, direction: Direction, preImage: PreImage): Journal => ({
  procedure,
  direction,
  step: firstStep(procedure, direction),
  service: preImage.service.name,
  preImage,
  failures: 0,
  ending: null,
  turnedAt: null,
});

/** The way back of a procedure that went forward to its end, and what to settle as afterwards. */
export const wayBack = (procedure: Procedure, preImage: PreImage, ending: Ending | null): Journal => ({
  ...fromPreImage(procedure, 'back', preImage),
  ending,
});

/**
 * The journal of a procedure found unfinished on the client: it goes on at the step the client remembers. One that was only recorded has
 * changed nothing, so only its intent is taken away. One at a step that this version does not know goes back as a whole: going forward from
 * the beginning would record a service that is moved by half as the service that was before.
 */
export function journalOf(intent: Intent): Journal {
  const begun = fromPreImage(intent.kind, intent.direction, intent.preImage);
  if (intent.step === 'record') return turnBack(begun, null);
  const known = stepsOf(intent.kind, intent.direction).find((step) => step === intent.step);
  return known === undefined ? wayBack(intent.kind, intent.preImage, null) : { ...begun, step: known };
}

/** "step 4 of 8 (protect)" */
export function progressOf(journal: Journal): string {
  const order = orderOf(journal);
  return `step ${order.indexOf(journal.step) + 1} of ${order.length} (${journal.step})`;
}

/** Every step of a procedure in one direction, in order. */
export const stepsOf = (procedure: Procedure, direction: Direction): readonly StepName[] =>
  steps[procedure][direction];
