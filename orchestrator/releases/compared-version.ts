import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Profile } from '../../shared/products/profile.ts';

/**
 * The version in a staged tree that every logon compares with the client's own, by the profile
 * (`siteWide`); null where there is none. A new version makes every client of the site download at
 * its next logon, marked or not (Q168463, site-wide route).
 * @param components the folder inside the tree; the file lies there or in a folder above, up to
 * the tree
 */
export async function comparedVersion(
  tree: string,
  components: string,
  compared: Profile['siteWide'],
): Promise<string | null> {
  if (compared === null) return null;
  const wanted = compared.file.toLowerCase();
  const line = new RegExp(`^\\s*${RegExp.escape(compared.key)}\\s*=\\s*(\\S+)`, 'im');
  for (let folder = resolve(tree, components); isWithin(tree, folder); folder = dirname(folder)) {
    const names = await readdir(folder).catch(() => []);
    const name = names.find((each) => each.toLowerCase() === wanted);
    const text = name === undefined ? '' : await readFile(join(folder, name), 'latin1').catch(() => '');
    const version = line.exec(text)?.[1];
    if (version !== undefined) return version;
  }
  return null;
}

const isWithin = (tree: string, folder: string): boolean => {
  const path = relative(tree, folder);
  return path !== '..' && !path.startsWith(`..${sep}`);
};
