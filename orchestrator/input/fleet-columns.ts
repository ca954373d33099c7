import { type CsvRecord, separatorName } from './csv-records.ts';
import { type InputFault, show, wholeFile } from '../../shared/input/input-fault.ts';
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
  const separator = otherSeparator(cells);
  if (separator !== null) {
    blame(wholeFile, `has columns separated by ${separator}`, 'commas');
    return { columns, faults };
  }
  for (const [index, cell] of cells.entries()) {
    // Spreadsheets add columns without a name; a value in one of them is a fault of its row.
    if (cell === '') continue;
    const column = fleetColumns.find((known) => known === cell);
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

/**
 * Spreadsheets write other separators in other countries. The fault says so, instead of calling
 * the header one unknown column.
 */
function otherSeparator(cells: readonly string[]): string | null {
  const [only] = cells;
  if (cells.length !== 1 || only === undefined) return null;
  const separator = [';', '\t'].find((each) => only.includes(each));
  return separator === undefined ? null : separatorName(separator);
}
