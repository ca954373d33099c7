import { piecesOf, widthOf } from './text-width.ts';
import { safe, safeLine, type Style, type View } from './view.ts';

/** No line is wrapped into less than this width. */
const leastWidth = 20;
/** The indent of the lines below a head that leaves too little room beside it. */
const hanging = 4;

/**
 * Breaks a sentence into as many lines as the view needs. The first line begins with `head` (in
 * `headStyle`), the other lines are indented below the text. Nothing is cut, because the end of a
 * reason often matters most.
 */
export function wrapped(view: View, head: string, text: string, headStyle?: Style): readonly string[] {
  const plain = safe(head);
  const body = safe(text);
  const paint = (part: string): string => (headStyle === undefined ? part : view.paint(headStyle, part));
  const taken = widthOf(plain);
  const room = Math.max(leastWidth, view.width - taken);
  // A name or a hash stays whole where a line of its own has the room for it.
  const isSplit = body
    .split(' ')
    .some((word) => widthOf(word) > room && widthOf(word) <= view.width - hanging);
  if (taken > view.width / 2 || isSplit) return hung(view, plain, body, paint);
  const indent = ' '.repeat(taken);
  return inLines(body, room).map((line, index) => `${index === 0 ? paint(plain) : indent}${line}`);
}

/** Below a long head the text continues near the left edge, where there is room. */
function hung(view: View, head: string, text: string, paint: (part: string) => string): readonly string[] {
  const [first = '', ...more] = foldedLine(view, `${head}${text}`);
  const shown = first.startsWith(head) ? `${paint(head)}${first.slice(head.length)}` : paint(first);
  return [shown, ...more];
}

/**
 * Breaks finished lines that are longer than the view at their spaces; the rest of a line stands
 * indented below it. Where lines may have any length, as in a pipe, all stay whole.
 */
export const folded = (view: View, lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => (widthOf(line) <= view.width ? [line] : foldedLine(view, line)));

/** The text of finished lines: each safe for a terminal, and no wider than it. */
export const textOf = (view: View, lines: readonly string[]): string =>
  `${folded(view, lines.map(safeLine)).join('\n')}\n`;

function foldedLine({ width }: View, line: string): readonly string[] {
  if (widthOf(line) <= width) return [line];
  const begin = /^ */.exec(line)?.[0] ?? '';
  const indent = begin.length > width / 2 ? '' : begin;
  const rest = ' '.repeat(indent.length + hanging);
  const [first = '', ...more] = inLines(line.slice(begin.length), Math.max(leastWidth, width - rest.length), {
    firstRoom: Math.max(leastWidth, width - indent.length),
  });
  return [`${indent}${first}`, ...more.map((each) => `${rest}${each}`)];
}

/** Breaks a text into lines at its spaces. A word that is longer than a line is broken, too. */
export function inLines(
  text: string,
  room: number,
  { firstRoom = room }: { readonly firstRoom?: number } = {},
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let taken = 0;
  for (const [at, word] of text
    .split(' ')
    .flatMap((each) => piecesOf(each, room))
    .entries()) {
    const width = widthOf(word);
    const limit = lines.length === 0 ? firstRoom : room;
    if (at === 0 || taken + 1 + width <= limit) {
      line = at === 0 ? word : `${line} ${word}`;
      taken += at === 0 ? width : 1 + width;
    } else if (word !== '') {
      lines.push(line.trimEnd());
      line = word;
      taken = width;
    }
  }
  return [...lines, line];
}
