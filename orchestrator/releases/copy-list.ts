import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** Beside the client's components on the share: what the logon script compares with the client's own (Q168463, site-wide route). */
const copyListFile = 'cl_nt.txt';

/**
 * The CopyListVersion of a staged tree; null where there is none. A new one makes every client of the site download at its next
 * logon, whether anybody has marked it or not.
 * @param components the folder inside the tree; the file lies there or in a folder above, up to the tree
 */
export async function copyListVersion(tree: string, components: string): Promise<string | null> {
  for (let folder = resolve(tree, components); isWithin(tree, folder); folder = dirname(folder)) {
    const names = await readdir(folder).catch(() => []);
    const name = names.find((each) => each.toLowerCase() === copyListFile);
    const text = name === undefined ? '' : await readFile(join(folder, name), 'latin1').catch(() => '');
    const version = /^\s*CopyListVersion\s*=\s*(\S+)/im.exec(text)?.[1];
    if (version !== undefined) return version;
  }
  return null;
}

const isWithin = (tree: string, folder: string): boolean => {
  const path = relative(tree, folder);
  return path !== '..' && !path.startsWith(`..${sep}`);
};
