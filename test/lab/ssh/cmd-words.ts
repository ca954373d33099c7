/** Variables of `for` by letter. */
export type Loop = Readonly<Record<string, string>>;

/** The variables of `for /f` for each line, by the tokens and delimiters of its options. */
export function loopValues(lines: readonly string[], options: string, variable: string): readonly Loop[] {
  const [, numbers = '1', rest] = /tokens=([\d,]+)(\*)?/i.exec(options) ?? [];
  const tokens = numbers.split(',').map(Number);
  const delimiters = /delims=(.*)$/i.exec(options)?.[1] ?? ' \t';
  return lines
    .filter((line) => line !== '' && !line.startsWith(';'))
    .map((line) => {
      const words = split(line, delimiters);
      const values = tokens.map((token) => words[token - 1] ?? '');
      if (rest !== undefined) values.push(behind(line, delimiters, Math.max(...tokens)));
      return Object.fromEntries(
        values.map((value, at) => [String.fromCharCode(variable.charCodeAt(0) + at), value]),
      );
    });
}

/** The words of a line between these delimiters. */
function split(line: string, delimiters: string): readonly string[] {
  if (delimiters === '') return [line];
  const words: string[] = [];
  let word = '';
  for (const character of `${line}${delimiters[0] ?? ' '}`) {
    if (!delimiters.includes(character)) word += character;
    else if (word !== '') {
      words.push(word);
      word = '';
    }
  }
  return words;
}

/**
 * The value of `*`: the rest of the line, after so many words and the delimiters that follow them.
 */
function behind(line: string, delimiters: string, words: number): string {
  let at = 0;
  const skip = (isDelimiter: boolean): void => {
    while (at < line.length && delimiters.includes(line[at] ?? '') === isDelimiter) at += 1;
  };
  for (let word = 0; word < words; word += 1) {
    skip(true);
    skip(false);
  }
  skip(true);
  return line.slice(at);
}

/** Compares as numbers when both sides are numbers, with 32 bits; else as texts. */
export function compare(left: string, operator: string, right: string, isCaseless: boolean): boolean {
  const [a, b] = isCaseless ? [left.toLowerCase(), right.toLowerCase()] : [left, right];
  if (operator === '==') return a === b;
  const isNumeric = /^-?\d+$/.test(a) && /^-?\d+$/.test(b);
  const order = isNumeric ? Math.sign((Number(a) | 0) - (Number(b) | 0)) : a < b ? -1 : a > b ? 1 : 0;
  return {
    equ: order === 0,
    neq: order !== 0,
    gtr: order > 0,
    geq: order >= 0,
    lss: order < 0,
    leq: order <= 0,
  }[operator as 'equ'];
}
