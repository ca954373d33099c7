import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { filesBelow, importsOf, linesOf, root } from './imports.ts';

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

/** Does the file define this function, constant, variable or class? A mention is no definition. */
const defines = (file: string, name: string): boolean =>
  new RegExp(`^\\s*(export )?(async )?(local )?(function\\*?|const|let|class) ${name}\\b`, 'm').test(
    readFileSync(join(root, file), 'utf8'),
  );

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
    const named = [...answers.matchAll(/`([a-z][^` ]*\.(?:ts|lua))`(?: \(((?:`\w+`(?:, )?(?:and )?)+))?/g)];
    const functions = named.flatMap(([, file = '', names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => ({ file, name })),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(functions.length).toBeGreaterThan(15);
    expect(named.map(([, file = '']) => file).filter((file) => !existsSync(join(root, file)))).toEqual([]);
    expect(functions.filter(({ file, name }) => !defines(file, name))).toEqual([]);
  });

  it('takes no mention of a name for its definition', () => {
    const [decider, escalation] = ['shared/domain/upgrade/decide.ts', 'shared/domain/upgrade/escalate.ts'];
    expect([defines(decider, 'activated'), defines(decider, 'onObservation')]).toEqual([true, false]);
    expect([defines(escalation, 'escalate'), defines(escalation, 'persistsBecause')]).toEqual([true, false]);
  });

  it('links only to pages that exist', () => {
    const links = [...text.matchAll(/\]\((?!http)([^)#]+)[^)]*\)/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((link) => !existsSync(join(root, 'docs', link)))).toEqual([]);
  });
});

test('the pages about the inside name each file so that only one file can be meant', () => {
  const all = ['orchestrator', 'workers', 'shared', 'test'].flatMap((folder) => [
    ...filesBelow(folder),
    ...filesBelow(folder, '.lua'),
  ]);
  const pages = ['docs/internals.md', ...filesBelow('docs/design', '.md')];
  const wrong = pages.flatMap((page) =>
    [
      ...linesOf(page)
        .join('\n')
        .matchAll(/`([\w./-]+\.(?:ts|lua))`/g),
    ]
      .map(([, name = '']) => name)
      .filter((name) => all.filter((file) => `/${file}`.endsWith(`/${name}`)).length !== 1)
      .map((name) => `${page}: ${name}`),
  );
  expect(wrong).toEqual([]);
});

test('docs/design/leader.md lists every round of the leader', () => {
  const page = linesOf('docs/design/leader.md').join('\n');
  const table = page.slice(page.indexOf('| round |'), page.indexOf('`lead.lua` grants'));
  const listed = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
  const sources = ['orchestrator/main.ts', ...filesBelow('orchestrator/rounds')];
  const sourceText = sources.flatMap(linesOf).join('\n');
  const names = [...sourceText.matchAll(/\bname: '([^']+)'/g)].map(([, name = '']) => name);
  expect(listed.toSorted()).toEqual(names.toSorted());
});
