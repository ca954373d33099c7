import { safe, type Style, type View } from './view.ts';

/** A narrower column than this is not worth wrapping into. */
const leastWidth = 20;

/**
 * A sentence on as many lines as the view needs; the first begins with `head` (painted, if told how), the others are indented as far.
 * Nothing is cut: the end of a reason is often what matters.
 */
export function wrapped(view: View, head: string, text: string, headStyle?: Style): readonly string[] {
  const room = Math.max(leastWidth, view.width - head.length);
  const indent = ' '.repeat(head.length);
  const painted = headStyle === undefined ? safe(head) : view.paint(headStyle, safe(head));
  return inLines(safe(text), room).map((line, index) => `${index === 0 ? painted : indent}${line}`);
}

function inLines(text: string, room: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((each) => piecesOf(each, room))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= room) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

/** A word that is longer than a line (a path, a hash) is broken where the line ends. */
const piecesOf = (word: string, room: number): readonly string[] =>
  word.length <= room ? [word] : [word.slice(0, room), ...piecesOf(word.slice(room), room)];
