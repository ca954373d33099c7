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

/** Files beside the folders, with comments of their own. */
const otherFiles = [
  'servpack',
  'setup.mjs',
  'vitest.config.ts',
  'vitest.cluster.config.ts',
  'vitest.windows.config.ts',
  'compose.yaml',
  'deploy/redis.conf',
  'deploy/settings.example',
  'deploy/prometheus/alerts.yaml',
  'deploy/compose/nginx.conf',
  'deploy/compose/production.yaml',
  'deploy/kubernetes/files.yaml',
  'deploy/kubernetes/kustomization.yaml',
  'deploy/kubernetes/network.yaml',
  'deploy/kubernetes/orchestrator.yaml',
  'deploy/kubernetes/redis.yaml',
  'deploy/kubernetes/worker.yaml',
  'deploy/nginx/servpack.conf',
  'deploy/systemd/servpack-orchestrator.service',
  'deploy/systemd/servpack-worker@.service',
  'Dockerfile',
  '.oxlintrc.json',
  'test/compose/parts.sh',
  'test/compose/run',
  'test/compose/windows',
];

const changingCalls =
  'push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin|set|add|delete|clear|addSubnet|addAddress|addRange';

/**
 * Lines that declare or change state of a module: a variable, a weak collection, a static field,
 * and every change of a constant's content.
 */
function changingState(lines: readonly string[]): readonly string[] {
  const declared = lines.flatMap((line) => /^(?:export )?const (\w+)\b/.exec(line)?.[1] ?? []);
  const names = declared.join('|');
  const changes = new RegExp(
    `(?<![\\w.'"\`])(?:${names})(?:(?:\\.\\w+|\\[[^\\]]+\\])+ (?:=|[-+*/|&?]+=) |` +
      `(?:\\.\\w+|\\[[^\\]]+\\])*(?:\\.(?:${changingCalls})\\(|(?:\\.\\w+|\\[[^\\]]+\\])(?:\\+\\+|--)))`,
  );
  return lines.filter(
    (line) =>
      /^(?:export )?(?:let |var |const \w+(?:: [^=]+)? = new Weak(?:Map|Set)\b)/.test(line) ||
      /^ +(?:private |public |protected )?static (?!readonly )(?!async )#?\w+(?:: [^=(]+)?(?: =|;)/.test(
        line,
      ) ||
      (names !== '' && changes.test(line)),
  );
}

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

  it('says in each script that reads or writes a record where its field names are explained', () => {
    const [storeFolder, explained] = ['shared/store/redis', 'upgrades/record.ts'];
    const ofRecord = /'H[A-Z]+', (record\b|key\('upgrade').*'[a-z]'/;
    const scripts = [...filesBelow(storeFolder), ...filesBelow(storeFolder, '.lua')].filter(
      (file) => !file.endsWith(explained) && linesOf(file).some((line) => ofRecord.test(line)),
    );
    expect(scripts.length).toBeGreaterThan(10);
    const pointer = /^-- Field names of a record: see (\.\.\/upgrades\/)?record\.ts\.$/;
    expect(scripts.filter((file) => !linesOf(file).some((line) => pointer.test(line)))).toEqual([]);
  });

  it('has no module-level state that changes', () => {
    expect(
      productFiles.flatMap((file) => changingState(linesOf(file)).map((line) => `${file}: ${line}`)),
    ).toEqual([]);
  });

  it.each([
    ['let count = 0;'],
    ['const seen = new WeakMap<object, string>();'],
    ['const seen: string[] = [];', 'function note(text: string) {', '  seen.push(text);', '}'],
    ['const memo: Record<string, string> = {};', '  memo[text] = text;'],
    ['export const counter = { n: 0 };', '  counter.n += 1;'],
    ['const known = new Map<string, string>([]);', "  known.set('a', 'b');"],
    ['class Box {', '  static count = 0;', '}'],
  ])('finds the state in %s', (...lines) => {
    expect(changingState(lines)).not.toEqual([]);
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

  it('begins the longest tests first, and each of them is there', () => {
    const list = linesOf('test/environment/longest-first.ts').join('\n');
    const named = [...list.matchAll(/^ {2}'([a-z/-]+)': \d+,$/gmu)].map(([, name]) => `test/${name}.test.ts`);
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((file) => !filesBelow('test').includes(file))).toEqual([]);
  });

  it('has no comment line over 100 columns', () => {
    const isComment = (line: string): boolean => /(^|\s)(\/\/ |\/\*|# )|^\s*(\*|--)/.test(line);
    const files = [
      ...productFiles,
      ...filesBelow('shared', '.lua'),
      ...filesBelow('test').filter((file) => !file.includes('/golden/')),
      ...otherFiles,
    ];
    const long = files.flatMap((file) =>
      linesOf(file).flatMap((line, at) =>
        isComment(line) && line.length > 100 ? [`${file}:${at + 1} has ${line.length} columns`] : [],
      ),
    );
    expect(long).toEqual([]);
  });
});
