import { type InputFault, wholeFile } from '../../shared/input/input-fault.ts';
import { bare } from './blanks.ts';
import { cellsOf, type Delimiter, delimiterOf, soundRow } from './csv-delimiter.ts';
import { faultsAtMost } from './faults-at-most.ts';

/** One row of a CSV file and the line it stands on, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvRecords {
  readonly records: readonly CsvRecord[];
  /** Lines that are no CSV. The records do not hold them. */
  readonly faults: readonly InputFault[];
  readonly delimiter: Delimiter;
}

/** No row of a fleet is longer. The limit bounds the cost of one line. */
const charactersPerLineAtMost = 4096;

/**
 * Twice the largest fleet that is promised. Lists of many more entries do not fit into the memory
 * of a process.
 */
export const linesAtMost = 2_000_000;

/**
 * Splits CSV text (RFC 4180 quotes; BOM, CRLF, LF and CR) into records. Rows without any value are
 * left out. A row is one line: no value of a fleet holds a line break, so an open quote costs its
 * own line and not the rest of the file.
 * @param columnsIn how many of these cells of a header are columns that the reader knows
 */
export function readCsv(
  text: string,
  file: string,
  columnsIn: (cells: readonly string[]) => number,
): CsvRecords {
  if (countLines(text) > linesAtMost) return { records: [], faults: [tooManyLines(file)], delimiter: ',' };
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const found = delimiterOf(lines, columnsIn);
  if (!found.ok) return { records: [], faults: [{ file, key: wholeFile, ...found.error }], delimiter: ',' };
  const { first, delimiter } = found.value;
  const faults: InputFault[] = [];
  const sound = lines.map((row, at) => {
    if (at < first) return '';
    const clean = row.length > charactersPerLineAtMost ? null : soundRow(row, delimiter);
    if (clean === null && faults.length < faultsAtMost)
      faults.push({ file, line: at + 1, key: wholeFile, ...faultOf(row) });
    return clean ?? '';
  });
  const records = cellsOf(sound, delimiter).flatMap((cells, at): readonly CsvRecord[] => {
    const bared = cells.map(bare);
    return bared.some((cell) => cell !== '') ? [{ line: at + 1, cells: bared }] : [];
  });
  return { records, faults, delimiter };
}

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

const faultOf = (row: string): Pick<InputFault, 'wrong' | 'expected'> =>
  row.length > charactersPerLineAtMost
    ? { wrong: `has a row of ${row.length} characters`, expected: `at most ${charactersPerLineAtMost}` }
    : {
        wrong: 'has a quote that is not closed or in the wrong place',
        expected: '"value" or "a ""quoted"" value"',
      };
