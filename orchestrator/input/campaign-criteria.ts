import type { z } from 'zod';
import type { Criterion, Exclusion } from '../../shared/domain/campaign/definition.ts';
import { across, list, section, text } from '../../shared/input/fields.ts';
import { id, logonServer, where } from './names.ts';

/** Clients by hand, by logon server or by condition, as exclusions and waves name them. */

/** The keys of a criterion. Exactly one of them is given. */
export const criterionKeys = {
  clients: list(id(), 'a list of client ids').optional(),
  logonServers: list(logonServer(), 'a list of logon servers').optional(),
  where: where().optional(),
} as const;

export type CriterionInput = Partial<{
  [Key in keyof typeof criterionKeys]: z.output<(typeof criterionKeys)[Key]>;
}>;

export type Blame = (path: PropertyKey[], wrong: string, expected: string) => void;

/** Exactly one of these keys must stand in the section, and a list of names must not be empty. */
export function exactlyOne(
  value: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  blame: Blame,
  [none, expected]: readonly [none: string, expected: string],
): void {
  const given = keys.filter((key) => Object.hasOwn(value, key) && value[key] !== undefined);
  if (given.length === 0) blame([], none, expected);
  if (given.length > 1) blame([], `has ${given.join(' and ')}`, expected);
  for (const key of ['clients', 'logonServers']) {
    const names = value[key];
    if (Array.isArray(names) && names.length === 0) blame([key], 'is an empty list', 'at least one name');
  }
}

/** The criterion of a section, or null where another key than these is given. */
export function toCriterion({ clients, logonServers, where: conditions }: CriterionInput): Criterion | null {
  if (clients !== undefined) return { clients };
  if (logonServers !== undefined) return { logonServers };
  return conditions === undefined ? null : { where: conditions.map(({ condition }) => condition) };
}

const exclusion = across(section({ ...criterionKeys, reason: text() }), (value, blame) => {
  exactlyOne(value, Object.keys(criterionKeys), blame, [
    'names no clients',
    'one of clients, logonServers or where',
  ]);
});

export const excludeField = list(exclusion, 'a list such as [{ clients: [pc-1], reason: "cash desk" }]');

export const toExclusions = (exclusions: z.output<typeof excludeField>): readonly Exclusion[] =>
  exclusions.flatMap(({ reason, ...input }) => {
    const criterion = toCriterion(input);
    return criterion === null ? [] : [{ ...criterion, reason }];
  });
