/** One thing that lies in a folder. Only a plain file can be one that was brought: a folder or a link of its name is something else. */
export interface Child {
  readonly name: string;
  readonly isPlainFile: boolean;
}

const namedAtMost = 3;

/**
 * Says what of a folder servpack did not bring; null when there is no such thing.
 * @param allowed names of the files that it brings there; case does not matter
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
