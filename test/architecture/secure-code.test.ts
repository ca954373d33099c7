import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { filesBelow, root } from './imports.ts';
import { type Complaint, lintPlanted } from './lint.ts';

/** The code of the product: without its tests, and without what the build of the page has made. */
const product = ['orchestrator', 'workers', 'shared']
  .flatMap((folder) => [...filesBelow(folder), ...filesBelow(folder, '.mjs')])
  .filter((file) => !file.startsWith('orchestrator/web/dist/'))
  .map((file) => ({ file, code: readFileSync(join(root, file), 'utf8') }));

/** Every place in the product that the pattern finds, by its first group. */
const foundIn = (pattern: RegExp, files = product) =>
  files.flatMap(({ file, code }) =>
    [...code.matchAll(pattern)].map(([all, first = all]) => ({ file, found: first.replaceAll(/\s+/g, ' ') })),
  );

describe('code that would run what comes in, or hide its type, is refused by the linter', () => {
  const planted: ReadonlyArray<readonly [what: string, source: string, rule: string]> = [
    ['eval', "export const a: unknown = eval('1');", 'eslint(no-eval)'],
    ['eval by another name', "export const a: unknown = globalThis.eval('1');", 'eslint(no-eval)'],
    ['a function of a text', "export const a = new Function('return 1');", 'eslint(no-new-func)'],
    ['a timer with a text', "setTimeout('1', 1);", 'typescript(no-implied-eval)'],
    ['any', 'export const a = (b: any): unknown => b;', 'typescript(no-explicit-any)'],
    ['==', 'export const a = (b: unknown): boolean => b == 1;', 'eslint(eqeqeq)'],
  ];
  const fileOf = (room: string, at: number): string => `${room}/planted-${at}.ts`;
  const rooms = ['orchestrator/http', 'orchestrator/web/app', 'workers', 'shared', 'test'];
  let complaints: readonly Complaint[];
  beforeAll(() => {
    complaints = lintPlanted(
      Object.fromEntries(
        rooms.flatMap((room) => planted.map(([, source], at) => [fileOf(room, at), source])),
      ),
    );
  });

  it.each(planted)('%s', (what, _source, rule) => {
    const at = planted.findIndex(([each]) => each === what);
    const refusedIn = rooms.filter((room) =>
      complaints.some((each) => each.file === fileOf(room, at) && each.rule === rule),
    );
    expect(refusedIn).toEqual(rooms);
  });

  it('and no file of the product asks for an exception', () => {
    expect(
      foundIn(
        /oxlint-disable\S*\s+(?:\S*\b(?:no-eval|no-new-func|no-implied-eval|no-explicit-any|eqeqeq)\b.*)/g,
      ),
    ).toEqual([]);
  });
});

test('nothing loads code but by its own fixed names, and no code runs in a context of its own', () => {
  const loads = foundIn(/\b(?:import|require|createRequire)\(\s*(?!['"\s])([^)]*)/g);
  expect(loads).toEqual([]);
  expect(foundIn(/from '(?:node:)?(vm|inspector|repl)'/g)).toEqual([]);
});

/** What stands in patterns that are built: texts of servpack's own, or with everything escaped. */
const inPatterns: Readonly<Record<string, readonly string[]>> = {
  'orchestrator/cli/client/watch-keys.ts': ["'\\u001B'"],
  'orchestrator/cli/render/text-width.ts': ["'\\u001B'"],
  'orchestrator/cli/render/view.ts': ["'\\u001B'"],
  'orchestrator/input/csv-delimiter.ts': ['around', 'around', 'delimiter', 'delimiter'],
  'orchestrator/input/fleet-csv.ts': ['blank'],
  'orchestrator/releases/run-staging.ts': ['RegExp.escape(compared.key)'],
  'orchestrator/releases/staged-proof.ts': ['RegExp.escape(key)'],
  'orchestrator/simulation/machines/sms-ini-file.ts': ['sections[key]', 'key'],
  'shared/products/profile.ts': ['RegExp.escape(product)'],
  'workers/gateways/windows-ssh/changes/check-target.ts': ['way', 'at', 'size'],
  'workers/gateways/windows-ssh/changes/guard.ts': ['mark'],
  'workers/gateways/windows-ssh/changes/phase.ts': ['ranTo'],
  'workers/gateways/windows-ssh/changes/protect-folder.ts': ['itself', 'inside'],
  // Escaped but for the wildcards: test/gateways/known-hosts.test.ts.
  'workers/gateways/windows-ssh/config/known-hosts.ts': ['pattern'],
};
/** Patterns that are one text of servpack's own. */
const wholePatterns = { 'orchestrator/input/blanks.ts': ['blank'] };

test('a pattern is built of texts of servpack, or of a text in which everything is escaped', () => {
  const parts: Record<string, string[]> = {};
  const whole: Record<string, string[]> = {};
  for (const { file, found } of foundIn(/\bRegExp\(\s*(`[^`]*`|[^,)]+)/g)) {
    if (!found.startsWith('`')) (whole[file] ??= []).push(found);
    for (const [, part = ''] of found.matchAll(/\$\{([^}]*)\}/g)) (parts[file] ??= []).push(part);
  }
  expect(parts).toEqual(inPatterns);
  expect(whole).toEqual(wholePatterns);
});

test('a name stands in a path of the API only as one segment that is encoded', () => {
  const asks = product.filter(({ file }) => /^orchestrator\/(?:cli|web)\//.test(file));
  const paths = foundIn(/(`\/?v1\/[^`]*\$\{[^`]*`)/g, asks);
  expect(paths.length).toBeGreaterThan(20);
  // What comes after the encoded name is a path of servpack's own.
  const isOwn = (part: string): boolean =>
    /^(?:segment|encodeURIComponent)\([^)]*\)$|^(?:what|of|name|\w+\.toString\(\))$/.test(part);
  const wrong = paths.filter(({ found }) =>
    [...found.matchAll(/\$\{([^}]*)\}/g)].some(([, part = '']) => !isOwn(part)),
  );
  expect(wrong).toEqual([]);
});

test('every request that servpack sends with fetch refuses a redirect', () => {
  const sent = product.flatMap(({ file, code }) =>
    code
      .split(/(?<![\w.])fetch\(/)
      .slice(1)
      .map((after) => ({ file, refuses: /^[^;]*redirect: 'error'/.test(after) })),
  );
  expect(sent.length).toBeGreaterThan(1);
  expect(sent.filter(({ refuses }) => !refuses)).toEqual([]);
});

test('the orchestrator writes files in these places alone, and none that can be executed', () => {
  const running = product.filter(
    ({ file }) => file.startsWith('orchestrator/') && !/\/(?:cli|web|simulation)\//.test(file),
  );
  const writers = new Set(
    foundIn(/\b(?:(?:write|append|copy)File(?:Sync)?|createWriteStream)\(/g, running).map(({ file }) => file),
  );
  // The audit and archived campaigns, the secrets and addresses of the data folder, its Redis.
  expect([...writers].toSorted()).toEqual([
    'orchestrator/archive/archive-file.ts',
    'orchestrator/audit/archive.ts',
    'orchestrator/doctor/data-folder.ts',
    'orchestrator/embedded-redis/redis-folder.ts',
    'orchestrator/http/secrets.ts',
    'orchestrator/http/url-file.ts',
  ]);
  const modes = foundIn(/\b(?:open|chmod|(?:write|append)File)(?:Sync)?\([^;]*?\b(0o\d+)/g, running);
  expect(modes.filter(({ found }) => found !== '0o600')).toEqual([
    // The folder of its Redis.
    { file: 'orchestrator/embedded-redis/redis-folder.ts', found: '0o700' },
  ]);
  expect(modes.length).toBeGreaterThan(4);
});

describe('cryptography', () => {
  const imports = foundIn(/import (?!type )\{([^}]*)\} from 'node:crypto'/g);
  const names = new Set(
    imports.flatMap(({ found }) => found.split(',').map((name) => name.trim())).filter((name) => name !== ''),
  );

  it('is of Node alone, and uses nothing but SHA-256, HMAC, HKDF, AES-GCM and random numbers', () => {
    expect([...names].toSorted()).toEqual([
      'X509Certificate',
      'createCipheriv',
      'createDecipheriv',
      'createHash',
      'createHmac',
      'hash',
      'hkdfSync',
      'randomBytes',
      'randomInt',
      'randomUUID',
      'timingSafeEqual',
    ]);
    const asWhole = foundIn(/(import \S+(?: as \w+)? from '(?:node:)?crypto'|\bcrypto\.subtle\b)/g);
    expect(asWhole).toEqual([]);
    const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>;
    };
    const ofOthers = Object.keys(dependencies).filter((name) =>
      /crypt|hash|sha|aes|jose|tls|random/i.test(name),
    );
    expect(ofOthers).toEqual([]);
  });

  it('names no other algorithm than these, each where it is used', () => {
    const calls = foundIn(
      /(?<![\w.])(?:createHash|createHmac|hkdfSync|createCipheriv|createDecipheriv|hash)\(\s*((?:'[^']*'|\w+)(?=\s*[,)]))/g,
      product.filter(({ code }) => code.includes("from 'node:crypto'")),
    ).filter(({ found }) => found !== 'shell' && found !== 'machine');
    expect(calls.length).toBeGreaterThan(20);
    const others = calls.filter(({ found }) => found !== "'sha256'");
    expect(others).toEqual([
      { file: 'orchestrator/http/access/sealed-text.ts', found: 'algorithm' },
      { file: 'orchestrator/http/access/sealed-text.ts', found: 'algorithm' },
      // The names in a known_hosts of OpenSSH: its format has no other hash.
      { file: 'workers/gateways/windows-ssh/config/known-hosts.ts', found: "'sha1'" },
    ]);
    expect(foundIn(/const algorithm = ('[^']*')/g)).toEqual([
      { file: 'orchestrator/http/access/sealed-text.ts', found: "'aes-256-gcm'" },
    ]);
  });

  it('takes no secret from numbers that can be guessed', () => {
    const drawn = new Set(foundIn(/\bMath\.random\(/g).map(({ file }) => file));
    // How long a reader waits until it comes again, and which spans are sent.
    expect([...drawn].toSorted()).toEqual([
      'orchestrator/http/events/reader.ts',
      'shared/traces/open-traces.ts',
    ]);
  });
});
