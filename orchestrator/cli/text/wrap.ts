import { safe, type View } from './view.ts';

/** A narrower column than this is not worth wrapping into. */
const leastWidth = 20;

/**
 * A sentence on as many lines as the view needs; the first begins with `head`, the others are indented as far. Nothing is cut: the end of
 * a reason is often what matters.
 */
export function wrapped({ width }: View, head: string, text: string): readonly string[] {
  const room = Math.max(leastWidth, width - head.length);
  const lines = inLines(safe(text), room);
  const indent = ' '.repeat(head.length);
  return lines.map((line, index) => `${index === 0 ? head : indent}${line}`);
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
