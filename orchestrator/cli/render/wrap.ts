import { safe, type Style, type View } from './view.ts';

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
  const paint = (part: string): string => (headStyle === undefined ? part : view.paint(headStyle, part));
  if (plain.length > view.width / 2) return hung(view, plain, safe(text), paint);
  const room = Math.max(leastWidth, view.width - plain.length);
  const indent = ' '.repeat(plain.length);
  return inLines(safe(text), room).map((line, index) => `${index === 0 ? paint(plain) : indent}${line}`);
}

/** Below a long head the text continues near the left edge, where there is room. */
function hung(
  { width }: View,
  head: string,
  text: string,
  paint: (part: string) => string,
): readonly string[] {
  const [first = '', ...more] = inLines(`${head}${text}`, Math.max(leastWidth, width - hanging));
  const shown = first.startsWith(head) ? `${paint(head)}${first.slice(head.length)}` : paint(first);
  return [shown, ...more.map((line) => `${' '.repeat(hanging)}${line}`)];
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

/** Breaks a word that is longer than a line, such as a path or a hash. */
const piecesOf = (word: string, room: number): readonly string[] =>
  word.length <= room ? [word] : [word.slice(0, room), ...piecesOf(word.slice(room), room)];
