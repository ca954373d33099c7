import { styleText } from 'node:util';
import { visible } from '../../../shared/visible-text.ts';

export { many, number } from '../../views/numbers.ts';

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** What a renderer knows about the place where its lines are shown. */
export interface View {
  /** Columns; Infinity where lines may have any length. */
  readonly width: number;
  /** Bars and colours are for a terminal; a file or a pipe gets plain text. */
  readonly isTerminal: boolean;
  readonly paint: (style: Style, text: string) => string;
}

export const plainView: View = { width: Infinity, isTerminal: false, paint: (_style, text) => text };

/** The width of a terminal that reports none, as `script` and some containers open it. */
const usualColumns = 80;

/**
 * Whether the cursor can be moved on a stream. `TERM=dumb` says that the terminal has no such
 * control sequence (terminfo(5), the entry `dumb`). Who sets NO_COLOR (no-color.org) wants text
 * without control sequences, for example to keep it in a file.
 */
export const canRedraw = (
  { isTTY }: { readonly isTTY?: boolean },
  { TERM, NO_COLOR = '' }: NodeJS.ProcessEnv = process.env,
): boolean => isTTY === true && TERM !== 'dumb' && NO_COLOR === '';

/** Fewer columns are not meant: `COLUMNS=0` stands in some environments. */
const leastColumns = 20;

/**
 * The view of a stream: colours only on a terminal that has them, and not when NO_COLOR is set. In
 * a file or a pipe each row and each sentence is one line, so that `grep` finds it whole; `COLUMNS`
 * (POSIX, Base Definitions 8.3) says how wide they are to be instead.
 */
export function viewOf(
  stream: Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'hasColors'>>,
  { COLUMNS = '' }: NodeJS.ProcessEnv = process.env,
): View {
  if (stream.isTTY !== true) {
    const asked = /^\d{1,4}$/.test(COLUMNS) ? Number(COLUMNS) : 0;
    return asked < leastColumns ? plainView : { ...plainView, width: asked };
  }
  const hasColors = stream.hasColors?.() ?? false;
  const paint = (style: Style, text: string): string =>
    hasColors ? styleText(style, text, { validateStream: false }) : text;
  return { width: stream.columns || usualColumns, isTerminal: true, paint };
}

/** Makes a text from outside safe to print on a terminal in one line. */
export const safe = visible;

// The colours that `paint` makes.
const painted = new RegExp(`(${'\u001B'}\\[(?:1|2|22|3[1236]|39)m)`, 'u');

/**
 * Makes a finished line safe: colours stay, and whatever else a renderer has let through is
 * replaced. The last guard; a renderer that measures text must make the text safe itself.
 */
export const safeLine = (line: string): string =>
  line
    .split(painted)
    .map((part, at) => (at % 2 === 1 ? part : visible(part)))
    .join('');

/** The same as `safe` for a text of several lines. */
export const safeLines = (text: string): readonly string[] =>
  text.split(/\r\n|\r|\n/).map((line) => safe(line.replaceAll('\t', '  ')));
