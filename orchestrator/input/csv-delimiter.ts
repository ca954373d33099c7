import { parse } from 'csv-parse/sync';
import { err, ok, type Result } from '../../shared/errors.ts';
import { type InputFault, show } from '../../shared/input/input-fault.ts';
import { blank } from './blanks.ts';

/** Excel writes the list separator of the country, `|` where a site has set that. */
export const delimiters = [',', ';', '\t', '|'] as const;

export type Delimiter = (typeof delimiters)[number];

/** A delimiter as a message shows it. */
export const shownDelimiter = (delimiter: Delimiter): string => (delimiter === '\t' ? 'tab' : delimiter);

/** How a file separates its cells, and at which line, from 0, its rows begin. */
export interface Layout {
  readonly delimiter: Delimiter;
  readonly first: number;
}

/**
 * `sep=;`: a first line for Excel, which Excel does not count as a row. A spreadsheet that saves
 * the file again puts the line in quotes, or adds empty cells to it.
 */
const separatorLine = /^\s*"?sep=(.)"?[,;|\s]*$/i;

/**
 * `Export-Csv` of Windows PowerShell 5.1 begins the file with the type of its objects, unless it
 * has -NoTypeInformation (Microsoft, Export-Csv).
 */
const typeLine = /^"?#TYPE\s/i;

/** No header is longer. The limit bounds the cost of trying each delimiter. */
const charactersAtMost = 4096;

/**
 * How the cells are separated: as the line `sep=` says, else by that delimiter with which the
 * header has most columns that the reader knows, and of those with equally many, most cells.
 */
export function delimiterOf(
  lines: readonly string[],
  columnsIn: (cells: readonly string[]) => number,
): Result<Layout, Pick<InputFault, 'line' | 'wrong' | 'expected'>> {
  let first = 0;
  let said: string | undefined;
  while (first < 2) {
    const line = (lines[first] ?? '').slice(0, charactersAtMost);
    const separator = said === undefined ? separatorLine.exec(line)?.[1] : undefined;
    if (separator === undefined && !typeLine.test(line)) break;
    said ??= separator;
    first += 1;
  }
  const header = headerFrom(lines, first);
  if (said !== undefined) {
    const delimiter = delimiters.find((each) => each === said);
    const wrong = `says that ${show(said)} separates its columns`;
    if (delimiter === undefined) return err({ line: first, wrong, expected: 'one of , ; | and tab' });
    const found = byHeader(lines[header] ?? '', columnsIn);
    return found === delimiter || !(lines[header] ?? '').includes(found)
      ? ok({ delimiter, first })
      : err({
          line: header + 1,
          wrong: `has columns separated by ${shownDelimiter(found)}`,
          expected: `${shownDelimiter(delimiter)}, as line ${first} says`,
        });
  }
  return ok({ first, delimiter: byHeader(lines[header] ?? '', columnsIn) });
}

/** The first row with a value in it. */
const headerFrom = (lines: readonly string[], first: number): number =>
  lines.findIndex((line, at) => at >= first && /[^\s,;|"]/.test(line.slice(0, charactersAtMost)));

function byHeader(header: string, columnsIn: (cells: readonly string[]) => number): Delimiter {
  if (header.length > charactersAtMost) return ',';
  const [best] = delimiters
    .map((delimiter) => ({ delimiter, cells: headerCells(header, delimiter) }))
    .map(({ delimiter, cells }) => ({ delimiter, known: columnsIn(cells), cells: cells.length }))
    .toSorted((a, b) => b.known - a.known || b.cells - a.cells);
  return best?.delimiter ?? ',';
}

function headerCells(header: string, delimiter: Delimiter): readonly string[] {
  const row = soundRow(header, delimiter);
  return row === null ? [] : (cellsOf([row], delimiter)[0] ?? []);
}

/**
 * A row whose quotes are sound: its cells are without quotes, or wholly in quotes with `""` for a
 * quote inside. Blanks around quotes, which no CSV reader expects, are gone. Null where a quote is
 * not closed or stands elsewhere.
 */
export function soundRow(row: string, delimiter: Delimiter): string | null {
  if (!row.includes('"')) return row;
  const pattern = cellPatterns[delimiter];
  const cells: string[] = [];
  for (let at = 0; ; at += 1) {
    pattern.lastIndex = at;
    const found = pattern.exec(row);
    if (found === null) return null;
    cells.push(found[1] ?? found[2] ?? '');
    at += found[0].length;
    if (at >= row.length) return cells.join(delimiter);
  }
}

/**
 * The cells of sound rows, in their order. Only rows with quotes need the library, which takes some
 * microseconds per row: a file of nothing but line ends would block an orchestrator for minutes.
 */
export function cellsOf(rows: readonly string[], delimiter: Delimiter): readonly (readonly string[])[] {
  const quoted = rows.filter((row) => row.includes('"'));
  const options = { delimiter, relax_column_count: true, record_delimiter: '\n' };
  const parsed = (quoted.length === 0 ? [] : parse(quoted.join('\n'), options)).values();
  return rows.map((row) => (row.includes('"') ? (parsed.next().value ?? []) : row.split(delimiter)));
}

/** The branches differ in their first character that is no blank, so matching is linear. */
const cellOf = (delimiter: string): RegExp => {
  const around = `(?:(?!${delimiter})${blank})*`;
  return new RegExp(`(?:${around}("(?:[^"]|"")*")${around}|([^"${delimiter}]*))(?=${delimiter}|$)`, 'y');
};

const cellPatterns: Readonly<Record<Delimiter, RegExp>> = {
  ',': cellOf(','),
  ';': cellOf(';'),
  '\t': cellOf('\\t'),
  '|': cellOf('\\|'),
};
