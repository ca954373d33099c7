/**
 * An entry of a folder. servpack brings only plain files; a folder or a link is foreign, whatever
 * its name.
 */
export interface Child {
  readonly name: string;
  readonly isPlainFile: boolean;
}

const namedAtMost = 3;

/**
 * A sentence that names the entries of a folder which servpack did not bring; null when there are
 * none.
 * @param allowed names of the files that servpack brings there; case does not matter
 */
export function foreignIn(
  folder: string,
  children: readonly Child[],
  allowed: readonly string[],
): string | null {
  const ours = new Set(allowed.map((name) => name.toLowerCase()));
  const foreign = children.filter(({ name, isPlainFile }) => !isPlainFile || !ours.has(name.toLowerCase()));
  if (foreign.length === 0) return null;
  const named = foreign.slice(0, namedAtMost).map(({ name }) => name.replaceAll(/\p{Cc}/gu, '?'));
  const more = foreign.length > namedAtMost ? ` and ${foreign.length - namedAtMost} more` : '';
  return `${folder} holds ${named.join(', ')}${more}, which servpack did not bring: take it away or give the profile another relocateTo`;
}
