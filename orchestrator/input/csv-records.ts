import { parse } from 'csv-parse/sync';

import { type InputFault, show, wholeFile } from '../../shared/input/input-fault.ts';

/** One row of a CSV file and the line it stands on, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvRecords {
  readonly records: readonly CsvRecord[];
  /** Lines that are no CSV. The records do not hold them. */
  readonly faults: readonly InputFault[];
}

/** No row of a fleet is longer. The limit bounds the cost of one line. */
const charactersPerLineAtMost = 4096;

/**
 * Twice the largest fleet that is promised. Lists of many more entries do not fit into the memory
 * of a process.
 */
export const linesAtMost = 2_000_000;

/**
 * A file with more faults than this is no fleet file, and a list of millions of faults would fill
 * the memory.
 */
export const faultsAtMost = 10_000;

/**
 * Cells without quotes, or wholly in quotes with `""` for a quote inside. The branches differ in
 * their first character, so matching is linear.
 */
const wellQuoted = /^(?:[^",]*|"(?:[^"]|"")*")(?:,(?:[^",]*|"(?:[^"]|"")*"))*$/;

/**
 * Splits CSV text (comma, RFC 4180 quotes; BOM, CRLF, LF and CR) into records. Rows without any
 * value are left out. A row is one line: no value of a fleet holds a line break, so an open quote
 * costs its own line and not the rest of the file. Such lines are removed before the parser sees
 * them.
 */
export function readCsv(text: string, file: string): CsvRecords {
  const faults: InputFault[] = [];
  if (countLines(text) > linesAtMost) return { records: [], faults: [tooManyLines(file)] };
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const separator = separatorLine.exec(lines[0] ?? '')?.[1];
  if (separator !== undefined) {
    if (separator !== ',') return { records: [], faults: [otherSeparator(separator, file)] };
    lines[0] = '';
  }
  const sound = lines.map((line, index) => {
    const fault = lineFault(line);
    if (fault === null) return line;
    if (faults.length < faultsAtMost) faults.push({ file, line: index + 1, key: wholeFile, ...fault });
    return '';
  });
  return { records: parseLines(sound), faults };
}

/**
 * `sep=,`: a first line for Excel, which Excel does not count as a row. A spreadsheet that saves
 * the file again puts the line in quotes, or adds empty cells to it.
 */
const separatorLine = /^\s*"?sep=(.)"?[,;\s]*$/i;

const otherSeparator = (separator: string, file: string): InputFault => ({
  file,
  line: 1,
  key: wholeFile,
  wrong: `has columns separated by ${separatorName(separator)}`,
  expected: 'commas',
});

/** A separator in words, as a fault names it. */
export const separatorName = (separator: string): string =>
  separator === ';' ? 'semicolons' : separator === '\t' ? 'tabs' : show(separator);

/**
 * How many rows there are, or one more than allowed. Counted before the text is split, because
 * splitting is what needs the memory.
 */
function countLines(text: string): number {
  let lines = 1;
  for (const end of ['\n', '\r']) {
    for (let at = text.indexOf(end); at >= 0 && lines <= linesAtMost; at = text.indexOf(end, at + 1))
      if (end === '\n' || text[at + 1] !== '\n') lines += 1;
  }
  return lines;
}

const tooManyLines = (file: string): InputFault => ({
  file,
  line: linesAtMost + 1,
  key: wholeFile,
  wrong: `has more than ${linesAtMost} lines`,
  expected: 'a fleet in several files',
});

function lineFault(line: string): Pick<InputFault, 'wrong' | 'expected'> | null {
  if (line.length > charactersPerLineAtMost) {
    return {
      wrong: `has a row of ${line.length} characters`,
      expected: `at most ${charactersPerLineAtMost}`,
    };
  }
  if (!line.includes('"') || wellQuoted.test(line)) return null;
  return {
    wrong: 'has a quote that is not closed or in the wrong place',
    expected: '"value" or "a ""quoted"" value"',
  };
}

/**
 * Only lines with quotes need the library, which takes some microseconds per row: a file of
 * nothing but line ends would block an orchestrator for minutes.
 */
function parseLines(lines: readonly string[]): CsvRecord[] {
  const quoted = parseQuoted(lines.filter((line) => line.includes('"')));
  return lines.flatMap((text, index) => {
    const cells = text.includes('"') ? (quoted.next().value ?? []) : text.split(',');
    const trimmed = cells.map((cell) => cell.trim());
    return trimmed.some((cell) => cell !== '') ? [{ line: index + 1, cells: trimmed }] : [];
  });
}

/** One row for each line: no line is blank, and no value continues in the next line. */
const parseQuoted = (lines: readonly string[]): ArrayIterator<string[]> =>
  parse(lines.join('\n'), { relax_column_count: true, record_delimiter: '\n' }).values();
