/**
 * White space of every kind, and characters that nobody sees: web pages, Word and the windows of
 * Windows put no-break spaces, zero-width spaces and direction marks around a copied name.
 */
export const blank = '[\\s\\u00AD\\u180E\\u200B-\\u200F\\u202A-\\u202E\\u2060-\\u2064\\u2066-\\u2069\\uFEFF]';

const single = new RegExp(blank);

/** The text without blanks at both ends. Linear, also for a text of nothing but blanks. */
export function bare(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && single.test(text[from] ?? '')) from += 1;
  while (to > from && single.test(text[to - 1] ?? '')) to -= 1;
  return text.slice(from, to);
}
