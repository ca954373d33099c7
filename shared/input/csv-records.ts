import { parse } from 'csv-parse/sync';

import { wholeFile } from './input-fault.ts';
import type { InputFault } from './input-fault.ts';
import { withoutByteOrderMark } from './input-text.ts';

/** One row of a CSV file and the line it stands on, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvRecords {
  readonly records: readonly CsvRecord[];
  /** Lines that are no CSV; they are missing from the records. */
  readonly faults: readonly InputFault[];
}

/** No row of ours is longer; bounds what one line can cost. */
const charactersPerLineAtMost = 4096;

/** Cells without quotes, or wholly in quotes with `""` for a quote inside. The branches differ in their first character: linear. */
const wellQuoted = /^(?:[^",]*|"(?:[^"]|"")*")(?:,(?:[^",]*|"(?:[^"]|"")*"))*$/;

/**
 * Splits CSV text (comma, RFC 4180 quotes; BOM, CRLF, LF and CR) into records. Rows without any value are left out.
 * A row is one line: no value of ours holds a line break, so a quote that is left open costs its own line and not
 * the rest of the file. That is also why such lines are taken out before the parser sees them.
 */
export function readCsv(text: string, file: string): CsvRecords {
  const faults: InputFault[] = [];
  const lines = withoutByteOrderMark(text).split(/\r\n|\n|\r/);
  const sound = lines.map((line, index) => {
    const fault = lineFault(line);
    if (fault === null) return line;
    faults.push({ file, line: index + 1, key: wholeFile, ...fault });
    return '';
  });
  return { records: parseLines(sound), faults };
}

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

function parseLines(lines: readonly string[]): CsvRecord[] {
  const records: CsvRecord[] = [];
  parse(lines.join('\n'), {
    relax_column_count: true,
    record_delimiter: '\n',
    // Answering null keeps the library from collecting what is collected here.
    on_record: (record, { lines: line }) => {
      const cells = record.map((cell) => cell.trim());
      if (cells.some((cell) => cell !== '')) records.push({ line, cells });
      return null;
    },
  });
  return records;
}
