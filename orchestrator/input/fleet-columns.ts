import { bare } from './blanks.ts';
import type { CsvRecord } from './csv-records.ts';
import { type InputFault, show } from '../../shared/input/input-fault.ts';
import { nearest } from '../../shared/input/nearest.ts';

export const fleetColumns = [
  'client',
  'host',
  'logonServer',
  'zone',
  'role',
  'labels',
  'port',
  'hostKey',
] as const;

export type FleetColumn = (typeof fleetColumns)[number];

/** Every other column has a default. */
const required: readonly FleetColumn[] = ['client', 'logonServer'];

/** Column names compare without case: spreadsheets and people write `Client` and `HOST`. */
const columnNamed = (cell: string): FleetColumn | undefined =>
  fleetColumns.find((known) => known.toLowerCase() === bare(cell).toLowerCase());

/** How many of these cells of a header are columns. */
export const columnsIn = (cells: readonly string[]): number =>
  cells.filter((cell) => columnNamed(cell) !== undefined).length;

/** The position of each column that the header names, or what is wrong with the header. */
export interface FleetHeader {
  readonly columns: ReadonlyMap<FleetColumn, number>;
  readonly faults: readonly InputFault[];
}

export function readHeader({ line, cells }: CsvRecord, file: string): FleetHeader {
  const columns = new Map<FleetColumn, number>();
  const faults: InputFault[] = [];
  const blame = (key: string, wrong: string, expected: string) =>
    faults.push({ file, line, key, wrong, expected });
  for (const [index, cell] of cells.entries()) {
    // Spreadsheets add columns without a name; a value in one of them is a fault of its row.
    if (cell === '') continue;
    const column = columnNamed(cell);
    if (column === undefined) blame(printable(cell), unknown(cell), `one of ${fleetColumns.join(', ')}`);
    else if (columns.has(column)) blame(column, 'is a column twice', 'every column once');
    else columns.set(column, index);
  }
  for (const column of required) {
    if (!columns.has(column))
      blame(column, 'is not in the header', `the columns ${required.join(' and ')} at least`);
  }
  return { columns, faults };
}

const printable = (cell: string): string => (/^[\w-]{1,60}$/.test(cell) ? cell : show(cell));

function unknown(cell: string): string {
  const meant = nearest(cell, fleetColumns);
  return meant === null ? 'is not a known column' : `is not a known column (did you mean ${meant}?)`;
}
