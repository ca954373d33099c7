/**
 * The known word that was probably meant, or null. Case, `-` and `_` do not count. One slip is
 * forgiven in three letters, and at most two: more of them make another word.
 */
export function nearest(word: string, known: Iterable<string>): string | null {
  const wanted = plain(word);
  if (wanted.length === 0 || wanted.length > 40) return null;
  let best: string | null = null;
  let fewest = Number.MAX_SAFE_INTEGER;
  for (const candidate of known) {
    const atMost = Math.min(2, Math.floor(Math.min(candidate.length, wanted.length) / 3), fewest - 1);
    const slips = distance(wanted, plain(candidate), atMost);
    if (slips > atMost) continue;
    best = candidate;
    fewest = slips;
  }
  return best;
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/**
 * Insertions, deletions, replacements, and neighbours that changed places (optimal string
 * alignment), one row of the table at a time. Any distance over `atMost` is a large number: so most
 * words of a large fleet cost little.
 */
function distance(a: string, b: string, atMost: number): number {
  if (Math.abs(a.length - b.length) > atMost) return Number.MAX_SAFE_INTEGER;
  let before: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? at(before, j - 2) + 1 : Number.MAX_SAFE_INTEGER;
      next.push(Math.min(replaced, swapped, at(row, j) + 1, at(next, j - 1) + 1));
    }
    if (Math.min(...next) > atMost) return Number.MAX_SAFE_INTEGER;
    before = row;
    row = next;
  }
  return at(row, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.MAX_SAFE_INTEGER;

/** The one of these names that is the typed one in another case; else the typed one. */
export function spelledAs(typed: string, known: readonly string[]): string {
  if (known.includes(typed)) return typed;
  const [one, another] = known.filter((each) => each.toLowerCase() === typed.toLowerCase());
  return one !== undefined && another === undefined ? one : typed;
}
