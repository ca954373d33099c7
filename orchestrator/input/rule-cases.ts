import { blockerClasses } from '../../shared/domain/rules/policy.ts';
import type { BlockerClass, RuleScope } from '../../shared/domain/rules/policy.ts';
import { printWhere } from '../../shared/domain/campaign/where.ts';
import { oneOf } from '../../shared/input/fields.ts';
import { nearest } from '../../shared/input/nearest.ts';
import type { Blame } from './campaign-criteria.ts';
import { where } from './names.ts';
import type { PlacedCondition } from './parse-where.ts';

/**
 * Rules that differ by what is in the way, or by client: `{ service: …, program: … }`, or a list of
 * cases of which the first that fits wins.
 */

/** The keys by which a case says for which clients and for what it is. */
export const scopeKeys = {
  where: where().optional(),
  class: oneOf(...blockerClasses).optional(),
};

export interface ScopeInput {
  readonly where?: readonly PlacedCondition[] | undefined;
  readonly class?: BlockerClass | undefined;
}

export const toScope = ({ where: conditions, class: only }: ScopeInput): RuleScope => ({
  ...(conditions === undefined ? {} : { where: conditions.map(({ condition }) => condition) }),
  ...(only === undefined ? {} : { class: only }),
});

export const isGroup = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Does the group name classes, such as `service`, or what is probably one, such as `services`? */
export const isByClass = (value: unknown): boolean =>
  isGroup(value) && Object.keys(value).some((key) => nearest(key, blockerClasses) !== null);

/** Blames a case that can never be the first that fits. */
export function neverReached(cases: readonly ScopeInput[], blame: Blame): void {
  for (const [index, each] of cases.entries()) {
    const before = cases.slice(0, index).findIndex((other) => isWithin(each, other));
    if (before >= 0)
      blame(
        [index],
        `is never reached, because case ${before + 1} fits first`,
        'each case once, the narrow ones first',
      );
  }
}

const isWithin = (inner: ScopeInput, outer: ScopeInput): boolean =>
  (outer.class === undefined || outer.class === inner.class) &&
  (outer.where === undefined || textOf(outer) === textOf(inner));

const textOf = ({ where: conditions }: ScopeInput): string | null =>
  Array.isArray(conditions) ? printWhere(conditions.map(({ condition }) => condition)) : null;
