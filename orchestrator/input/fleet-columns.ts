import { bare } from './blanks.ts';
import type { CsvRecord } from './csv-records.ts';
import { columnsNamedIn, type FleetTemplates, noTemplates } from './fleet-templates.ts';
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
export const columnNamed = (cell: string): FleetColumn | undefined =>
  fleetColumns.find((known) => plain(known) === plain(cell));

/** A column of the site, and the column that it is; null = it is left out. */
export interface ColumnMapping {
  readonly from: string;
  readonly to: FleetColumn | null;
}

/** Finds the column that a cell of a header names; null = it is left out. */
type ColumnOf = (cell: string) => FleetColumn | null | undefined;

function mappedColumn(mappings: readonly ColumnMapping[]): ColumnOf {
  const mapped = new Map(mappings.map(({ from, to }) => [plain(from), to]));
  // With a mapping the file is an export of the site, which has columns for other purposes too.
  const other = mappings.length === 0 ? undefined : null;
  return (cell) => {
    const to = mapped.get(plain(cell));
    return to === undefined ? (columnNamed(cell) ?? other) : to;
  };
}

const plain = (cell: string): string => bare(cell).toLowerCase();

/**
 * The mappings with the columns that only templates name. Such a column is read, and is itself no
 * column of servpack.
 */
export function withTemplates(
  mappings: readonly ColumnMapping[],
  templates: FleetTemplates,
): readonly ColumnMapping[] {
  const known = new Set(mappings.map(({ from }) => plain(from)));
  const others = columnsNamedIn(templates).filter(
    (name) => !known.has(plain(name)) && columnNamed(name) === undefined,
  );
  return [...mappings, ...others.map((from) => ({ from, to: null }))];
}

/** How many of these cells of a header are columns. */
export function columnsIn(mappings: readonly ColumnMapping[]): (cells: readonly string[]) => number {
  const named = new Set([...fleetColumns, ...mappings.map(({ from }) => from)].map(plain));
  return (cells) => cells.filter((cell) => named.has(plain(cell))).length;
}

/** The position of each column that the header names, or what is wrong with the header. */
export interface FleetHeader {
  readonly columns: ReadonlyMap<FleetColumn, number>;
  /** A column in the words of the file; servpack's own where the file does not have it. */
  readonly nameOf: (column: FleetColumn) => string;
  /** Columns that have a name and are not read. */
  readonly leftOut: readonly string[];
  readonly faults: readonly InputFault[];
}

export function readHeader(
  { line, cells }: CsvRecord,
  file: string,
  mappings: readonly ColumnMapping[],
  templates: FleetTemplates = noTemplates,
): FleetHeader {
  const columns = new Map<FleetColumn, number>();
  const leftOut: string[] = [];
  const faults: InputFault[] = [];
  const columnOf = mappedColumn(mappings);
  const nameOf = (column: FleetColumn): string => printable(cells[columns.get(column) ?? -1] ?? column);
  const blame = (key: string, wrong: string, expected: string) =>
    faults.push({ file, line, key, wrong, expected });
  for (const [index, cell] of cells.entries()) {
    // Spreadsheets add columns without a name; a value in one of them is a fault of its row.
    if (cell === '') continue;
    const column = columnOf(cell);
    if (column === undefined) blame(printable(cell), unknown(cell), knownOr(cell));
    else if (column === null) leftOut.push(cell);
    else if (columns.has(column)) blame(printable(cell), twice(column, nameOf(column)), 'every column once');
    else columns.set(column, index);
  }
  const used = new Set(columnsNamedIn(templates).map(plain));
  for (const from of [...mappings.map((each) => each.from), ...columnsNamedIn(templates)]) {
    if (!cells.some((cell) => plain(cell) === plain(from)))
      blame(printable(from), 'is mapped and not in the header', 'a column of the file');
  }
  for (const column of required) {
    if (!columns.has(column) && templates.values[column] === undefined)
      blame(column, 'is not in the header', `the columns ${required.join(' and ')} at least`);
  }
  return { columns, nameOf, leftOut: leftOut.filter((cell) => !used.has(plain(cell))), faults };
}

const twice = (column: FleetColumn, before: string): string =>
  before === column ? 'is a column twice' : `is ${column}, and so is column ${before}`;

const printable = (cell: string): string => (/^[\w-]{1,60}$/.test(cell) ? cell : show(cell));

/** A column of another system is mapped; a misspelled one is corrected. */
const knownOr = (cell: string): string => {
  const known = `one of ${fleetColumns.join(', ')}`;
  const isMappable = nearest(cell, fleetColumns) === null && printable(cell) === cell;
  return isMappable ? `${known}, or --map ${cell}=COLUMN, or --map ${cell}= to leave it out` : known;
};

function unknown(cell: string): string {
  const meant = nearest(cell, fleetColumns);
  return meant === null ? 'is not a known column' : `is not a known column (did you mean ${meant}?)`;
}
