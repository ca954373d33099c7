import { relative, sep } from 'node:path';

/**
 * Whether a path lies in a folder, or is the folder. Both are real paths: a symbolic link would
 * hide where it leads.
 */
export function isInside(folder: string, path: string): boolean {
  const relation = relative(folder, path);
  return relation !== '..' && !relation.startsWith(`..${sep}`);
}
