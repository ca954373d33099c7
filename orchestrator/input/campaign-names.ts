import { columnOf, labelOf } from '../../shared/domain/campaign/where.ts';
import type { KeyPath } from '../../shared/input/input-fault.ts';
import type { CampaignInput } from './campaign-file.ts';
import type { CriterionInput } from './campaign-criteria.ts';
import type { PlacedCondition } from './parse-where.ts';

/**
 * A name in a campaign file that the fleet must have. `of` is the column of the fleet that has the
 * name; `labelKey` is the part of a label before its `=`.
 */
export interface NameInFile {
  readonly of: string;
  readonly name: string;
  readonly path: KeyPath;
  /** The character of the text at `path` where the name begins; null = the name is all of it. */
  readonly at: number | null;
}

/** Every name of clients, logon servers, labels and other columns. */
export function namesIn({
  select,
  waves,
  windows = [],
  blackouts = [],
  ladder,
  persistence,
}: CampaignInput): readonly NameInFile[] {
  const { exclude = [] } = select;
  return [
    ...inList('labels', select.labels, ['select', 'labels']),
    ...inCriteria(select, ['select']),
    ...exclude.flatMap((each, index) => inCriteria(each, ['select', 'exclude', index])),
    ...waves.flatMap((each, index) => inCriteria(each, ['waves', index])),
    ...ladder.cases.flatMap(({ where }, index) => inWhere(where, ['ladder', index, 'where'])),
    ...persistence.cases.flatMap(({ where }, index) => inWhere(where, ['persistence', index, 'where'])),
    ...windows.flatMap(({ where }, index) => inWhere(where, ['windows', index, 'where'])),
    ...blackouts.flatMap(({ where }, index) => inWhere(where, ['blackouts', index, 'where'])),
  ];
}

const inCriteria = (
  { clients, logonServers, where }: CriterionInput,
  path: KeyPath,
): readonly NameInFile[] => [
  ...inList('logonServer', logonServers, [...path, 'logonServers']),
  ...inList('client', clients, [...path, 'clients']),
  ...inWhere(where, [...path, 'where']),
];

const inList = (of: string, names: readonly string[] = [], path: KeyPath): readonly NameInFile[] =>
  names.map((name, index) => ({ of, name, path: [...path, index], at: null }));

const inWhere = (where: readonly PlacedCondition[] = [], path: KeyPath): readonly NameInFile[] =>
  where.flatMap(({ condition, keyAt, valuesAt }) => {
    const { key } = condition;
    const column = columnOf(key)?.key;
    const values = 'values' in condition ? condition.values : [];
    const named = values.map((value, index) => ({
      of: column ?? 'labels',
      name: column === undefined ? labelOf(key, value) : value,
      path,
      at: valuesAt[index] ?? null,
    }));
    return column === undefined ? [{ of: 'labelKey', name: key, path, at: keyAt }, ...named] : named;
  });
