import { ends } from '../../../shared/domain/outcome/ending.ts';
import { buckets, type States } from '../../../shared/domain/outcome/states.ts';
import { bucketWords } from '../../views/state-words.ts';
import { type Cell, type Column, isOneTable, table } from './table.ts';
import { number, type Style, type View } from './view.ts';
import type { Bucket } from '../../../shared/domain/outcome/counters.ts';

const heads: Readonly<Record<Bucket, { readonly short: string; readonly style?: Style }>> = {
  waiting: { short: 'wait' },
  active: { short: 'act', style: 'cyan' },
  restarting: { short: 'rst', style: 'cyan' },
  deferred: { short: 'def', style: 'yellow' },
  remedying: { short: 'fix', style: 'cyan' },
  upgraded: { short: 'upgr', style: 'green' },
  alreadyCurrent: { short: 'curr', style: 'green' },
  excluded: { short: 'excl' },
  skipped: { short: 'skip' },
  failed: { short: 'fail', style: 'red' },
  needsAttention: { short: 'attn', style: 'red' },
  cancelled: { short: 'canc' },
};

export interface StatesRow {
  readonly name: string;
  readonly size: number;
  readonly states: States;
}

/** Clients by state, a row for each wave or logon server. A state without clients has no column. */
export function statesTable(view: View, nameHead: string, rows: readonly StatesRow[]): readonly string[] {
  const used = buckets.filter((bucket) => rows.some(({ states }) => states[bucket] > 0));
  const [columns, cells] = partsOf(nameHead, rows, used);
  if (isOneTable(view, columns, cells)) return table(view, columns, cells);
  // Too many states for one table: those in progress first, then the ends.
  const isEnd = (bucket: Bucket): boolean => (ends as readonly string[]).includes(bucket);
  const open = used.filter((bucket) => !isEnd(bucket));
  return [
    ...table(view, ...partsOf(nameHead, rows, open)),
    '',
    ...table(view, ...partsOf(nameHead, rows, used.filter(isEnd))),
  ];
}

function partsOf(
  nameHead: string,
  rows: readonly StatesRow[],
  used: readonly Bucket[],
): readonly [columns: readonly Column[], cells: readonly (readonly Cell[])[]] {
  const columns: readonly Column[] = [
    { head: nameHead },
    { head: 'clients', short: 'size', align: 'right' },
    ...used.map((bucket) => ({
      head: bucketWords[bucket],
      short: heads[bucket].short,
      align: 'right' as const,
    })),
  ];
  const cells = rows.map(({ name, size, states }) => [
    { text: name },
    { text: number(size) },
    ...used.map((bucket) => countCell(bucket, states[bucket])),
  ]);
  return [columns, cells];
}

/** A zero is a dot, so that the eye finds the other numbers. */
export function countCell(bucket: Bucket, count: number): Cell {
  if (count === 0) return { text: '·', style: 'dim' };
  const { style } = heads[bucket];
  return style === undefined ? { text: number(count) } : { text: number(count), style };
}
