import type { BlockerClass, CampaignPolicy, LadderStep } from '../../shared/domain/rules/policy.ts';

/**
 * For which blockers each step of a ladder is. A further step, such as one for the person in front
 * of a program, is a further line here and a further case where steps are applied
 * (`escalationsOf`); the compiler names the places.
 */
const blockersOf: Readonly<Record<LadderStep, readonly BlockerClass[]>> = {
  wait: ['service', 'program', 'file'],
  notify: ['service', 'program', 'file'],
  workaround: ['service'],
  relocation: ['service'],
  replaceAtRestart: ['service', 'program', 'file'],
};

/** Every step, in the order in which screens and faults list them. */
export const ladderSteps = Object.keys(blockersOf) as readonly LadderStep[];

const possibleFor = (wanted: BlockerClass): readonly LadderStep[] =>
  ladderSteps.filter((step) => blockersOf[step].includes(wanted));

/** The steps that can do something about a blocker of this class. */
export const stepsFor: Readonly<Record<BlockerClass, readonly LadderStep[]>> = {
  service: possibleFor('service'),
  program: possibleFor('program'),
  file: possibleFor('file'),
};

/** Every step that a blocker of this class may meet, on whatever client. */
export function stepsAgainst(
  { ladder, ladders = [] }: CampaignPolicy,
  wanted: BlockerClass,
): readonly LadderStep[] {
  const cases = ladders.filter((each) => each.class === undefined || each.class === wanted);
  const whole = cases.findIndex(({ where }) => where === undefined);
  const found = whole < 0 ? [...cases, { steps: ladder }] : cases.slice(0, whole + 1);
  return found.flatMap(({ steps }) => steps);
}
