import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/**
 * Paths from the root of the project, with `/`, of all files below a folder with this ending. The
 * TypeScript of the page has `.tsx`, too.
 */
export const filesBelow = (folder: string, ending = '.ts'): readonly string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(({ name }) => name.endsWith(ending) || (ending === '.ts' && name.endsWith('.tsx')))
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .toSorted();

export const linesOf = (file: string): readonly string[] =>
  readFileSync(join(root, file), 'utf8').split('\n');

/**
 * `import … from`, `export … from`, `import '…'`, `import('…')` and `new URL('….ts', …)`, types
 * included.
 */
const specifiers = /(?:\bfrom\s+|\bimport\s*\(?\s*|new URL\(\s*)'(\.[^']+|[\w-]+\.ts)'/g;

/** Files of the project that a file imports, types included, by their paths from the root. */
export function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = [...text.matchAll(specifiers)].map(([, specifier = '']) =>
    normalize(join(dirname(file), specifier)).replaceAll('\\', '/'),
  );
  return [...new Set(found)];
}

/** Every file that these files reach by imports, and the files themselves. */
export function reachedFrom(starts: readonly string[]): ReadonlySet<string> {
  const reached = new Set(starts);
  const open = [...starts];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (!/\.tsx?$/.test(file)) continue;
    for (const target of importsOf(file)) {
      if (reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return reached;
}
