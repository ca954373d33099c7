import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asvsLevels } from './asvs-5.0.0.ts';

const root = join(import.meta.dirname, '../..');
const path = join(root, 'docs/security.md');
const text = readFileSync(path, 'utf8');

const verdicts = ['met', 'met in part', 'not met', 'does not apply'];

/** Every requirement of level 1 and 2 by its number, such as V1.2.5. */
const requirements = Object.entries(asvsLevels).flatMap(([section, numbers]) =>
  numbers.split(' ').map((each) => `${section}.${each.replace(/L\d$/, '')}`),
);

const tables = text.slice(text.indexOf('\n### V1 '));
const rows = [...tables.matchAll(/^\| (?!requirement|-)(.*) \|$/gm)].map(([, row = '']) => {
  const [named = '', verdict = '', how = '', tests = ''] = row.split(' | ');
  const numbers =
    /^V\d+(?:\.\d+){0,2}(?:\.\*)?(?:, V\d+(?:\.\d+){0,2}(?:\.\*)?)*(?= \S)/.exec(named)?.[0] ?? '';
  return { named, verdict, how, tests, cells: row.split(' | ').length, numbers: numbers.split(', ') };
});

/** `V4.3.*` and `V10.*` stand for all of the section or chapter. */
const meantBy = (number: string): readonly string[] =>
  number.endsWith('.*')
    ? requirements.filter((each) => each.startsWith(number.slice(0, -1)))
    : requirements.filter((each) => each === number);

/** Each test file with its titles, as a row names them: `[file](path): *title*; *title*`. */
const testsOf = (cell: string) =>
  cell
    .split('<br>')
    .filter((part) => part.includes('.test.ts)'))
    .map((part) => ({
      part,
      file: /^\[[\w-]+\]\((\.\.\/test\/[\w./-]+\.test\.ts)\): \*/.exec(part)?.[1] ?? 'none',
      titles: (/: \*(.*)\*$/.exec(part)?.[1] ?? '').split('*; *'),
    }));

const isTitleIn = (code: string, title: string): boolean =>
  [`'${title}'`, `"${title}"`, `\`${title}\``].some((quoted) =>
    code
      .split(quoted)
      .slice(0, -1)
      .some((before) => /\(\s*$/.test(before)),
  );

describe('docs/security.md', () => {
  it('has a row of four cells, with numbers of ASVS 5.0.0 and a verdict, for everything in its tables', () => {
    expect(rows.length).toBeGreaterThan(90);
    const wrong = rows.filter(
      ({ cells, numbers, verdict }) =>
        cells !== 4 || !verdicts.includes(verdict) || numbers.some((each) => meantBy(each).length === 0),
    );
    expect(wrong).toEqual([]);
  });

  it('answers every requirement of level 1 and 2 once', () => {
    const answered = rows.flatMap(({ numbers }) => numbers.flatMap(meantBy));
    expect(requirements.length).toBe(253);
    expect(answered.toSorted()).toEqual(requirements.toSorted());
  });

  it('names tests that exist, by file and title', () => {
    const named = rows.flatMap(({ tests }) => testsOf(tests));
    expect(named.length).toBeGreaterThan(100);
    const wrong = named.flatMap(({ part, file, titles }) => {
      const full = join(dirname(path), file);
      if (!existsSync(full)) return [`no such file: ${part}`];
      const code = readFileSync(full, 'utf8');
      return titles.filter((title) => !isTitleIn(code, title)).map((title) => `${file}: ${title}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has a test for what is met, or says which file to read', () => {
    const bare = rows.filter(
      ({ verdict, tests }) =>
        verdict.startsWith('met') && testsOf(tests).length === 0 && !/by reading: \[/.test(tests),
    );
    expect(bare).toEqual([]);
  });

  it('says what is missing wherever something is', () => {
    const silent = rows.filter(
      ({ verdict, how }) => ['met in part', 'not met'].includes(verdict) && !/\bmissing\b/i.test(how),
    );
    expect(silent).toEqual([]);
  });

  it('links only to files and headings that exist, and is linked to', () => {
    const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^a-z0-9 -]/g, '')
        .replaceAll(' ', '-'),
    );
    const broken = [...text.matchAll(/\]\(([^)]+)\)/g)].filter(([, link = '']) => {
      const [file = '', anchor = ''] = link.split('#');
      return file === '' ? !headings.includes(anchor) : !existsSync(join(dirname(path), file));
    });
    expect(broken.map(([, link]) => link)).toEqual([]);
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('(docs/security.md)');
    expect(readFileSync(join(root, 'SECURITY.md'), 'utf8')).toContain('(docs/security.md)');
  });
});
