import type { BlockerClass, CampaignPolicy, PersistencePolicy } from '../../shared/domain/rules/policy.ts';
import { across, count, either, list, section } from '../../shared/input/fields.ts';
import { duration } from '../../shared/input/quantities.ts';
import { defaultPersistence } from './campaign-defaults.ts';
import type { Blame } from './campaign-criteria.ts';
import { notLonger } from './campaign-policy.ts';
import { isByClass, neverReached, type ScopeInput, scopeKeys, toScope } from './rule-cases.ts';

/**
 * `persistence:` in one of three forms: limits for all, limits by what is in the way, or a list of
 * cases with `where` and `class` beside the limits.
 */
export interface PersistenceInput {
  readonly limits: PersistencePolicy;
  readonly cases: readonly (ScopeInput & { readonly limits: PersistencePolicy })[];
}

const limitKeys = {
  looks: count(1, 1000).default(defaultPersistence.looks),
  after: duration(1000).optional(),
  restarts: count(1, 100).default(defaultPersistence.restarts),
  minGap: duration().optional(),
};

const gapFits = (value: Readonly<Record<string, unknown>>, blame: Blame): void =>
  notLonger(value, ['minGap', defaultPersistence.minGapMs], ['after', defaultPersistence.afterMs], blame);

interface LimitsInput {
  readonly looks: number;
  readonly after?: number | undefined;
  readonly restarts: number;
  readonly minGap?: number | undefined;
}

const toLimits = ({ looks, after, restarts, minGap }: LimitsInput): PersistencePolicy => ({
  looks,
  restarts,
  afterMs: after ?? defaultPersistence.afterMs,
  minGapMs: minGap ?? defaultPersistence.minGapMs,
});

const limits = across(section(limitKeys), gapFits).transform(toLimits);

const byClass = section({
  service: limits.optional(),
  program: limits.optional(),
  file: limits.optional(),
}).transform((found): PersistenceInput => ({
  limits: defaultPersistence,
  cases: Object.entries(found).flatMap(([only, own]) =>
    own === undefined ? [] : [{ class: only as BlockerClass, limits: own }],
  ),
}));

const oneCase = across(section({ ...scopeKeys, ...limitKeys }), gapFits).transform(
  ({ where, class: only, ...own }) => ({ where, class: only, limits: toLimits(own) }),
);

const caseList = across(list(oneCase), (cases, blame) => {
  if (Array.isArray(cases)) neverReached(cases, blame);
}).transform((cases): PersistenceInput => ({ limits: defaultPersistence, cases }));

export const persistenceSection = either(
  (value) => Array.isArray(value),
  caseList,
  either(
    isByClass,
    byClass,
    limits.transform((found): PersistenceInput => ({ limits: found, cases: [] })),
  ),
).prefault({});

export const toPersistence = ({
  limits: forAll,
  cases,
}: PersistenceInput): Pick<CampaignPolicy, 'persistence' | 'persistences'> => ({
  persistence: forAll,
  ...(cases.length === 0
    ? {}
    : { persistences: cases.map((each) => ({ ...toScope(each), persistence: each.limits })) }),
});
