import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parse, stringify } from 'yaml';
import { contextsForm } from '../../orchestrator/cli/client/contexts.ts';
import { buildProgram } from '../../orchestrator/cli/program.ts';
import { environment } from '../../shared/config.ts';
import { files, keysIn, withValue } from './settings-files.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/settings.md'), 'utf8');

interface Row {
  readonly name: string;
  readonly usual: string;
  readonly unit: string;
  readonly example: string;
}

/** The rows of the table under a heading of the page. */
function rowsUnder(heading: string): readonly Row[] {
  const [, rest = ''] = page.split(new RegExp(`^##+ ${heading}\n`, 'm'));
  const [part = ''] = rest.split(/^##/m);
  return [...part.matchAll(/^\| `([^`]+)` \| (.*?) \| (.*?) \| `([^`]+)` \|/gm)].map(
    ([, name = '', usual = '', unit = '', example = '']) => ({ name, usual, unit, example }),
  );
}

const namesOf = (rows: readonly Row[]): readonly string[] => rows.map(({ name }) => name).toSorted();

/** What stands in a cell as code; null = the cell describes it in words. */
const codeOf = (cell: string): string | null => /^`(.*)`$/.exec(cell)?.[1] ?? null;

describe('the page of settings', () => {
  it('gives every row a default, a unit and an example', () => {
    const rows = page.split('\n').filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(120);
    const poor = rows.filter((line) => !/^\| `[^`]+` \| \S.* \| \S.* \| `[^`]+` \|/.test(line));
    expect(poor).toEqual([]);
  });
});

describe('the environment variables of the processes', () => {
  const rows = rowsUnder('Environment variables of the processes');

  it('are those of the code', () => {
    expect(namesOf(rows)).toEqual(Object.keys(environment.shape).toSorted());
  });

  it('have the defaults of the code', () => {
    const { REDIS_URL: _url, ...usual } = environment.parse({ REDIS_URL: 'redis://127.0.0.1' });
    expect(
      Object.fromEntries(
        rows.flatMap(({ name, usual: said }) => (said === 'none' ? [] : [[name, codeOf(said)]])),
      ),
    ).toEqual(
      Object.fromEntries(Object.entries(usual).map(([name, value]) => [name, `${value as string | number}`])),
    );
  });

  it.each(rows)('$name takes its example', ({ name, example }) => {
    const read = environment.safeParse({ REDIS_URL: 'redis://127.0.0.1', [name]: example });
    expect(read.error?.issues ?? []).toEqual([]);
  });
});

/** The text of all files below a folder, tests and the page of the browser left out. */
function sourcesIn(folder: string): string {
  const files = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.ts') && !name.startsWith('web/'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'))
    .join('\n');
}

const sources = ['shared', 'orchestrator', 'workers'].map(sourcesIn).join('\n');
const processNames = new Set(Object.keys(environment.shape));

describe('the other environment variables', () => {
  const ofCommands = rowsUnder('Environment variables of the command line');
  const ofOthers = rowsUnder('Environment variables that others define');

  it('of the command line are those of its help and of its code', () => {
    const help = [...helpOf(buildProgram()).matchAll(/^ {2}(SERVPACK_[A-Z]+) {2,}/gm)].map(
      ([, name = '']) => name,
    );
    expect(namesOf(ofCommands)).toEqual(help.toSorted());
    const read = [...sources.matchAll(/given\([a-z.]+, '(SERVPACK_[A-Z_]+)'\)/g)].map(
      ([, name = '']) => name,
    );
    const commandsOnly = [...new Set(read)].filter((name) => !processNames.has(name));
    expect(commandsOnly.length).toBeGreaterThan(3);
    expect(namesOf(ofCommands)).toEqual(expect.arrayContaining(commandsOnly));
  });

  it('which others define are all that the code reads by name', () => {
    const read = [...sources.matchAll(/\benv\['([A-Z_]+)'\]|\{ (?:TERM, NO_COLOR|COLUMNS) /g)].flatMap(
      ([all, name]) => (name === undefined ? (all.match(/[A-Z_]{2,}/g) ?? []) : [name]),
    );
    // NODE_ENV is read by the tools that build the page alone.
    const known = new Set([...processNames, ...namesOf(ofCommands), 'NODE_ENV']);
    const others = new Set(read.filter((name) => !known.has(name)));
    expect(others.size).toBeGreaterThan(4);
    // Node itself reads this one.
    expect(namesOf(ofOthers)).toEqual([...others, 'NODE_EXTRA_CA_CERTS'].toSorted());
  });

  it('of compose are those of its files, with their defaults', () => {
    const files = ['compose.yaml', 'deploy/compose/production.yaml'];
    const text = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    const used = [...text.matchAll(/\$\{(SERVPACK_[A-Z_]+):-([^}]*)\}/g)].filter(
      ([, name = '']) => !processNames.has(name),
    );
    const rows = rowsUnder('Environment variables of compose');
    expect(new Set(rows.map(({ name, usual }) => `${name}=${codeOf(usual)}`))).toEqual(
      new Set(used.map(([, name, usual]) => `${name}=${usual}`)),
    );
  });
});

function helpOf(program: Command): string {
  let text = '';
  program.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
  return text;
}

describe.each(files)('the keys of the file: $heading', (file) => {
  const rows = rowsUnder(file.heading);

  it('are those of the code', () => {
    const all = file.sections.flatMap((place) =>
      keysIn(file, place).map((key) => (place === '' ? key : `${place}.${key}`)),
    );
    const groups = new Set(file.sections.map((place) => place.replace(/\[\]$/, '').replace(/\.NAME$/, '')));
    const shown = namesOf(rows);
    // The row of a group is its keys; that of the destinations says what they are.
    expect(all.filter((key) => !groups.has(key) || shown.includes(key)).toSorted()).toEqual(shown);
  });

  it.each(rows)('$name takes its example and has its default', ({ name, usual, example }) => {
    const bases = file.bases.filter(
      (each) => file.parse(stringify(withValue(each, name, parse(example)))).ok,
    );
    expect(bases).not.toEqual([]);
    const read = (value: unknown) => bases.map((base) => file.parse(stringify(withValue(base, name, value))));
    const without = read(undefined);
    expect(without.some(({ ok }) => ok)).toBe(!usual.startsWith('needed'));
    const said = codeOf(usual);
    expect(said === null ? without : read(parse(said))).toEqual(without);
  });
});

describe('the file of contexts', () => {
  const rows = rowsUnder('Contexts');

  it('has the keys of the code, which take their examples', () => {
    const { current: _current, contexts } = contextsForm.shape;
    const form = contexts.unwrap().valueType;
    const keys = ['current', ...Object.keys(form.shape).map((key) => `contexts.NAME.${key}`)];
    expect(namesOf(rows)).toEqual(keys.toSorted());
    for (const { name, example } of rows)
      expect(z.safeParse(contextsForm, withValue({}, name, example)).error).toBeUndefined();
  });
});

/** Every option of every command that has a default, with the text of the default. */
function* optionsOf(
  command: Command,
  words: readonly string[],
): Generator<readonly [string, string, Option]> {
  for (const option of command.options) {
    const { defaultValue, description } = option as { defaultValue?: unknown; description: string };
    const isSet = defaultValue !== undefined && !(Array.isArray(defaultValue) && defaultValue.length === 0);
    const usual =
      /\(default: ([^)]*)\)/.exec(description)?.[1] ?? (isSet ? `${defaultValue as string | number}` : null);
    if (usual !== null) yield [[...words, option.long].join(' '), usual, option];
  }
  for (const child of command.commands) yield* optionsOf(child, [...words, child.name()]);
}

describe('the options with a default', () => {
  const rows = rowsUnder('Options that have a default');
  const options = [...optionsOf(buildProgram(), ['servpack'])];

  it('are those of the commands, with their defaults', () => {
    expect(rows.map(({ name, usual }) => [name, codeOf(usual) ?? usual])).toEqual(
      options.map(([name, usual]) => [name, usual]),
    );
  });

  it('take their examples', () => {
    const examples = new Map(rows.map(({ name, example }) => [name, example]));
    for (const [name, , option] of options)
      expect(() => option.parseArg?.(examples.get(name) ?? '', undefined)).not.toThrow();
  });
});
