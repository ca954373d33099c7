import { describe, expect, it } from 'vitest';
import { filesBelow, importsOf, linesOf, reachedFrom } from './imports.ts';

const product = ['orchestrator', 'workers', 'shared'];
const productFiles = product.flatMap((folder) => filesBelow(folder));

/** A folder imports only from itself and from folders before it. */
const domainFolders = [
  'time',
  'rules',
  'observation',
  'outcome',
  'remediation',
  'upgrade',
  'campaign',
  'survey',
];

describe('the layout', () => {
  it('keeps in shared only what both the orchestrator and the workers reach', () => {
    const byOrchestrator = reachedFrom(filesBelow('orchestrator'));
    const byWorkers = reachedFrom(filesBelow('workers'));
    const others = filesBelow('shared').filter((file) => !byOrchestrator.has(file) || !byWorkers.has(file));
    expect(others).toEqual([]);
  });

  it('cuts the domain into folders that form a direction', () => {
    const folderOf = (file: string): string => file.split('/')[2] ?? '';
    const wrong = filesBelow('shared/domain').flatMap((file) =>
      importsOf(file)
        .filter((target) => domainFolders.indexOf(folderOf(target)) > domainFolders.indexOf(folderOf(file)))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
    expect([...new Set(filesBelow('shared/domain').map(folderOf))].toSorted()).toEqual(
      domainFolders.toSorted(),
    );
  });

  it('keeps each Redis script beside the code that runs it', () => {
    const scripts = filesBelow('shared', '.lua');
    const code = filesBelow('shared/store/redis').map((file) => file.replace(/[^/]+$/, ''));
    expect(scripts.filter((file) => !code.includes(file.replace(/[^/]+$/, '')))).toEqual([]);
  });

  it('has no module-level state that changes', () => {
    const mutable =
      /^(export )?(let |var |const \w+(: [^=]+)? = (new (WeakMap|WeakSet)\b|new (Map|Set)(<[^(]*>)?\(\)))/;
    const found = productFiles.flatMap((file) =>
      linesOf(file)
        .filter((line) => mutable.test(line))
        .map((line) => `${file}: ${line}`),
    );
    expect(found).toEqual([]);
  });

  it('keeps what works on several shards in one folder, which the other parts of the store never import', () => {
    const sharding = 'shared/store/redis/sharding/';
    const others = filesBelow('shared/store').filter(
      (file) => !file.startsWith(sharding) && file !== 'shared/store/redis/open.ts',
    );
    const wrong = others.filter((file) => importsOf(file).some((target) => target.startsWith(sharding)));
    expect(wrong).toEqual([]);
  });

  it('has no product file over 300 lines', () => {
    expect(productFiles.filter((file) => linesOf(file).length > 301)).toEqual([]);
  });

  it('has no comment line over 100 columns', () => {
    const isComment = (line: string): boolean => /^\s*(\/\/|\/\*|\*|--)/.test(line);
    const files = [
      ...productFiles,
      ...filesBelow('shared', '.lua'),
      ...filesBelow('test').filter((file) => !file.includes('/golden/')),
    ];
    const long = files.flatMap((file) =>
      linesOf(file).flatMap((line, at) =>
        isComment(line) && line.length > 100 ? [`${file}:${at + 1} has ${line.length} columns`] : [],
      ),
    );
    expect(long).toEqual([]);
  });
});
