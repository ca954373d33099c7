/**
 * One thing that is wrong in a file of an operator. `line` counts from 1. `key` is the path of the
 * key (`waves[0].gate.settled`, list positions count from 0) or the column; '(file)' when the file
 * as a whole is meant. `column` is the character within the line, from 1, where a place within a
 * value is meant.
 */
export interface InputFault {
  readonly file: string;
  readonly line: number;
  readonly column?: number | undefined;
  readonly key: string;
  readonly wrong: string;
  readonly expected: string;
}

/**
 * The line, from 1, that the character at `offset` stands on; CRLF, LF and a lone CR end a line.
 */
export const lineAt = (text: string, offset: number): number =>
  text.slice(0, Math.max(0, offset)).split(/\r\n|\n|\r/).length;

/** The `key` of a fault of the whole file. */
export const wholeFile = '(file)';

/** More lines help no reader. The rest is counted. */
const printedAtMost = 100;

/**
 * `file:line: key: what is wrong, expected what`, or `file:line:column: …`: the forms editors and
 * terminals turn into a link.
 */
export const printFault = ({ file, line, column, key, wrong, expected }: InputFault): string =>
  `${file}:${line}${column === undefined ? '' : `:${column}`}: ${key}: ${wrong}, expected ${expected}`;

/** The lines to print for a refused file: at most 100 faults, and the number of the others. */
export function printFaults(faults: readonly InputFault[]): string[] {
  const lines = faults.slice(0, printedAtMost).map(printFault);
  const more = faults.length - lines.length;
  return more === 0 ? lines : [...lines, `and ${more} more ${more === 1 ? 'fault' : 'faults'}`];
}

/** In the order of the file, so that an operator mends it from top to bottom. */
export const inFileOrder = (faults: readonly InputFault[]): InputFault[] =>
  faults.toSorted((a, b) => a.line - b.line);

/**
 * True for the faults of a file, false for a single `Fault` (they share an error channel in
 * `stageRelease`).
 */
export const areInputFaults = (error: unknown): error is readonly InputFault[] => Array.isArray(error);

/**
 * A value as it may stand in a fault: quoted, control characters escaped, and short, because it
 * comes from a file that was not checked yet.
 */
export function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'string') return shorten(quote(value.slice(0, 60)));
  return typeof value === 'object' ? 'a group of keys' : JSON.stringify(value);
}

// JSON keeps the C1 controls, line separators and direction marks; a terminal obeys some of them.
const invisible = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const escapeInvisible = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

const quote = (text: string): string => JSON.stringify(text).replace(invisible, escapeInvisible);

/** The text with its control characters escaped, on one line. */
export const withoutControls = (text: string): string => quote(text).slice(1, -1).replaceAll('\\"', '"');

const shorten = (text: string): string => (text.length <= 50 ? text : `${text.slice(0, 47)}...`);

/** The place of a value in a file: key names and list positions, from the outside in. */
export type KeyPath = readonly PropertyKey[];

const plainWord = /^[A-Za-z0-9_-]{1,60}$/;

/**
 * A path as text, such as `waves[0].gate.settled`. A key that is no plain word is quoted and
 * shortened, because it comes from the file.
 */
export const keyText = (path: KeyPath): string =>
  path.length === 0 ? wholeFile : path.map(segment).join('').replace(/^\./, '');

const segment = (part: PropertyKey): string => {
  if (typeof part === 'number') return `[${part}]`;
  const name = String(part);
  return plainWord.test(name) ? `.${name}` : `.${show(name)}`;
};
