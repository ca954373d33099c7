/**
 * The known word that was probably meant, or null. Case, `-` and `_` do not count, one or two
 * slips are forgiven.
 */
export function nearest(word: string, known: readonly string[]): string | null {
  const wanted = plain(word);
  if (wanted.length === 0 || wanted.length > 40) return null;
  const ranked = known
    .map((candidate) => ({ candidate, slips: distance(wanted, plain(candidate)) }))
    .filter(
      ({ candidate, slips }) =>
        slips <= Math.min(2, Math.floor(Math.min(candidate.length, wanted.length) / 2)),
    )
    .toSorted((a, b) => a.slips - b.slips);
  return ranked[0]?.candidate ?? null;
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '');

/** Levenshtein distance: insertions, deletions and replacements, one row of the table at a time. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, at(row, j) + 1, at(next, j - 1) + 1));
    }
    row = next;
  }
  return at(row, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.MAX_SAFE_INTEGER;
