import { stripVTControlCharacters } from 'node:util';

/** Signs that a terminal shows in two columns (Unicode Standard Annex #11, classes W and F). */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6B\uFF01-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FC}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]/u;
/** Signs that stand on the sign before them. */
const combining = /[\p{Mn}\p{Me}]/u;
/** A colour as a whole, and every other sign by itself. */
const signs = new RegExp(`${'\u001B'}\\[[\\d;]*m|.`, 'gsu');
const isPlain = /^[\x20-\x7E]*$/;

/** The columns that a text takes on a terminal. Colours take none. */
export function widthOf(text: string): number {
  if (isPlain.test(text)) return text.length;
  return Array.from(stripVTControlCharacters(text)).reduce((sum, sign) => sum + columnsOf(sign), 0);
}

const columnsOf = (sign: string): number => (combining.test(sign) ? 0 : wide.test(sign) ? 2 : 1);

/** Splits a text that is longer than `room` columns into pieces that fit. */
export function piecesOf(text: string, room: number): readonly string[] {
  if (widthOf(text) <= room) return [text];
  const pieces: string[] = [];
  let piece = '';
  let taken = 0;
  for (const sign of text.match(signs) ?? []) {
    const columns = widthOf(sign);
    if (taken + columns > room && piece !== '') {
      pieces.push(piece);
      piece = '';
      taken = 0;
    }
    piece += sign;
    taken += columns;
  }
  return [...pieces, piece];
}

export const padEnd = (text: string, width: number): string =>
  `${text}${' '.repeat(Math.max(0, width - widthOf(text)))}`;

export const padStart = (text: string, width: number): string =>
  `${' '.repeat(Math.max(0, width - widthOf(text)))}${text}`;
