import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importsOf, root } from './imports.ts';

const text = readFileSync(join(root, 'docs/internals.md'), 'utf8');
const section = text.split(/^## /m).find((part) => part.startsWith('One upgrade, file by file')) ?? '';
/** The numbered files of the walk, in order. */
const walk = [...section.matchAll(/^(\d+)\. `([^`]+)` — /gm)].map(([, number, file]) => ({
  number: Number(number),
  file: file ?? '',
}));
const files = walk.map(({ file }) => file);

/** Where a reader comes in without an import: the HTTP API, and the two processes. */
const entries = new Set(['orchestrator/http/api.ts', 'orchestrator/main.ts', 'workers/main.ts']);
/** What the store's ports lead to, by the adapter that both processes open. */
const adapter = 'shared/store/redis/open.ts';

/** A file is found from an earlier one: by its import, or as a Lua script in the same folder. */
function isFoundFrom(file: string, earlier: readonly string[]): boolean {
  if (entries.has(file) || file === adapter) return true;
  if (file.endsWith('.lua')) return earlier.some((each) => dirname(each) === dirname(file));
  return earlier.some((each) => each.endsWith('.ts') && importsOf(each).includes(file));
}

describe('docs/internals.md', () => {
  it('walks one upgrade through at most 40 files, each named once', () => {
    expect(walk.length).toBeGreaterThan(20);
    expect(walk.length).toBeLessThanOrEqual(40);
    expect(walk.map(({ number }) => number)).toEqual(walk.map((_, at) => at + 1));
    expect(new Set(files).size).toBe(files.length);
  });

  it('names files that exist, each found from an earlier one', () => {
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(files.filter((file, at) => !isFoundFrom(file, files.slice(0, at)))).toEqual([]);
  });

  it('answers questions with files that exist and have the functions it names', () => {
    const answers = text.split(/^## /m).find((part) => part.startsWith('Which file answers')) ?? '';
    const named = [...answers.matchAll(/`([a-z][^` ]*\.(?:ts|lua))`(?: \(`(\w+)`\))?/g)];
    expect(named.length).toBeGreaterThan(10);
    const wrong = named.filter(([, file = '', name]) => {
      const path = join(root, file);
      return !existsSync(path) || (name !== undefined && !readFileSync(path, 'utf8').includes(name));
    });
    expect(wrong.map(([all]) => all)).toEqual([]);
  });

  it('links only to pages that exist', () => {
    const links = [...text.matchAll(/\]\((?!http)([^)#]+)[^)]*\)/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(join(root, 'docs', link)))).toEqual([]);
  });
});
