import { ladderSteps, stepsFor } from '../domain/ladder-steps.ts';
import type { BlockerClass, CampaignPolicy, LadderStep } from '../../shared/domain/rules/policy.ts';
import type { KeyPath } from '../../shared/input/input-fault.ts';
import { across, either, list, oneOf, section } from '../../shared/input/fields.ts';
import { defaultLadder } from './campaign-defaults.ts';
import type { Blame } from './campaign-criteria.ts';
import { isGroup, neverReached, type ScopeInput, scopeKeys, toScope } from './rule-cases.ts';

/**
 * `ladder:` in one of three forms: steps for all, steps by what is in the way, or a list of cases
 * `{ where, class, steps }`.
 */
export interface LadderInput {
  readonly steps: readonly LadderStep[];
  readonly cases: readonly (ScopeInput & { readonly steps: readonly LadderStep[] })[];
  /** Where the steps of a case stand in the file. */
  readonly stepsAt: (index: number) => KeyPath;
}

const steps = across(
  list(
    oneOf(...ladderSteps),
    `a list of steps out of ${ladderSteps.join(', ')}, such as [wait, relocation]; or such a list for each class, such as { program: [wait] }`,
  ),
  (found, blame) => {
    if (!Array.isArray(found)) return;
    if (found.length === 0) blame([], 'is an empty list', 'wait as the first step');
    else if (found[0] !== 'wait' && ladderSteps.includes(found[0] as LadderStep)) {
      blame([0], `is "${String(found[0])}"`, 'wait as the first step');
    }
    for (const [index, step] of found.entries()) {
      const before = found.indexOf(step);
      if (before < index) blame([index], `repeats step ${before + 1}`, 'every step at most once');
    }
  },
);

/** Blames steps that do nothing about what is in the way: a program cannot be relocated. */
function fitsClass(found: unknown, only: unknown, path: PropertyKey[], blame: Blame): void {
  const possible = stepsFor[only as BlockerClass] as readonly LadderStep[] | undefined;
  if (possible === undefined || !Array.isArray(found)) return;
  for (const [index, step] of (found as LadderStep[]).entries())
    if (ladderSteps.includes(step) && !possible.includes(step))
      blame(
        [...path, index],
        `is "${step}", which does nothing about a ${String(only)}`,
        `one of ${possible.join(', ')}`,
      );
}

const ofClass = (only: BlockerClass) => across(steps, (found, blame) => fitsClass(found, only, [], blame));

const byClass = section({
  service: ofClass('service').optional(),
  program: ofClass('program').optional(),
  file: ofClass('file').optional(),
}).transform((found): LadderInput => ({
  steps: defaultLadder,
  cases: Object.entries(found).flatMap(([only, own]) =>
    own === undefined ? [] : [{ class: only as BlockerClass, steps: own }],
  ),
  stepsAt: (index) => [
    'ladder',
    Object.keys(found).filter((only) => found[only as BlockerClass])[index] ?? '',
  ],
}));

const oneCase = across(section({ ...scopeKeys, steps }), (found, blame) =>
  fitsClass(found.steps, found.class, ['steps'], blame),
);

const caseList = across(list(oneCase), (cases, blame) => {
  if (Array.isArray(cases)) neverReached(cases, blame);
}).transform((cases): LadderInput => ({
  steps: defaultLadder,
  cases,
  stepsAt: (index) => ['ladder', index, 'steps'],
}));

/** A group can only mean steps by what is in the way: its unknown keys are refused one by one. */
const isAnyGroup = (value: unknown): boolean => isGroup(value) && Object.keys(value).length > 0;

const isCaseList = (value: unknown): boolean => Array.isArray(value) && value.some(isGroup);

export const ladderSection = either(
  isCaseList,
  caseList,
  either(
    isAnyGroup,
    byClass,
    steps.transform((found): LadderInput => ({ steps: found, cases: [], stepsAt: () => ['ladder'] })),
  ),
).prefault([...defaultLadder]);

export const toLadder = ({
  steps: forAll,
  cases,
}: LadderInput): Pick<CampaignPolicy, 'ladder' | 'ladders'> => ({
  ladder: forAll,
  ...(cases.length === 0 ? {} : { ladders: cases.map((each) => ({ ...toScope(each), steps: each.steps })) }),
});

/** Where the file has this step, in whatever ladder. */
export const placesOf = (
  { steps: forAll, cases, stepsAt }: LadderInput,
  step: LadderStep,
): readonly KeyPath[] =>
  [
    { found: forAll, path: ['ladder'] as KeyPath },
    ...cases.map((each, index) => ({ found: each.steps, path: stepsAt(index) })),
  ].flatMap(({ found, path }) => (found.includes(step) ? [[...path, found.indexOf(step)]] : []));
