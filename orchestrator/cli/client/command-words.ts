/**
 * The words of a command line: white space separates them, and quotation marks of either kind keep
 * a word together. No shell reads the line, so no other character has a meaning.
 * @returns null when a quotation mark has no partner
 */
export function wordsIn(line: string): readonly string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (const character of line) {
    if (quote !== null) {
      if (character === quote) quote = null;
      else word = `${word ?? ''}${character}`;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = `${word ?? ''}${character}`;
  }
  if (quote !== null) return null;
  return word === null ? words : [...words, word];
}
