import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wordsIn } from '../../orchestrator/cli/client/command-words.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { until } from '../fixtures/until.ts';
import { type SmallOrchestrator, startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';

let orchestrator: SmallOrchestrator;
beforeAll(async () => {
  orchestrator = await startSmallOrchestrator();
});
afterAll(async () => orchestrator[Symbol.asyncDispose]());

const node = `"${process.execPath}"`;
const printing = (value: unknown): string => {
  const path = orchestrator.write('printed.json', JSON.stringify(value));
  return orchestrator.write(
    'print.mjs',
    `import { readFileSync } from 'node:fs';\nprocess.stdout.write(readFileSync(${JSON.stringify(path)}));\n`,
  );
};

/** A process that was killed and that nobody has waited for is gone, too. */
function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}

async function imported(...words: readonly string[]) {
  const { code, stdout, stderr } = await runHosted(orchestrator, ['fleet', 'import', ...words]);
  return { code, says: `${stdout}${stderr}`.replaceAll(/\s+/g, ' ') };
}

describe('fleet import --command', () => {
  test('imports the JSON that a command prints, through a mapping file', async () => {
    const script = printing([
      { Name: 'pc-1', Site: 'PUN', Ring: 'early' },
      { Name: 'pc-2', Site: 'HYD', Ring: null },
    ]);
    const map = orchestrator.write(
      'map.yaml',
      'columns: { Name: client }\nvalues: { logonServer: "LS-{Site}" }\nlabels: ["ring={Ring}"]\n',
    );
    const { code, says } = await imported('--command', `${node} ${script}`, '--map-file', map);
    expect([code, says]).toEqual([0, expect.stringContaining('2 clients added')]);
    expect(await orchestrator.store.readClient('pc-1')).toMatchObject({
      logonServer: 'LS-PUN',
      labels: ['ring=early'],
    });
    expect(await orchestrator.store.readClient('pc-2')).toMatchObject({ logonServer: 'LS-HYD', labels: [] });
    const [entry] = await orchestrator.store.audit(1);
    expect(entry?.because).toContain('print.mjs');
  });

  test.each([
    [
      'exits with a code',
      `process.stderr.write('no such\\nforest'); process.exit(3);`,
      'ended with exit code 3; it says: no such / forest; nothing was changed',
    ],
    ['prints no JSON', `process.stdout.write('Name,Site');`, 'printed no JSON'],
    ['prints nothing', '', 'printed nothing, and JSON was expected'],
  ])('a command that %s changes nothing, and the fault says so', async (_what, script, expected) => {
    const path = orchestrator.write('wrong.mjs', script);
    const before = await orchestrator.store.fleetSize();
    const { code, says } = await imported('--command', `${node} ${path}`);
    expect([code, says]).toEqual([2, expect.stringContaining(expected)]);
    expect(await orchestrator.store.fleetSize()).toBe(before);
  });

  test('a command that does not end is stopped with what it has started', async () => {
    const path = orchestrator.write(
      'endless.mjs',
      `import { spawn } from 'node:child_process';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
process.stderr.write(String(child.pid));
setInterval(() => {}, 1000);\n`,
    );
    const { code, says } = await imported('--command', `${node} ${path}`, '--time-limit', '1s');
    expect([code, says]).toEqual([2, expect.stringContaining('was stopped after its time limit of 1 s')]);
    const pid = Number(/it says: (\d+)/.exec(says)?.[1]);
    expect(pid).toBeGreaterThan(0);
    await until('the process that the command has started is gone', () => isGone(pid));
  });

  test('a program that is not there, a lonely quotation mark, and a file beside the command are refused', async () => {
    expect((await imported('--command', 'no-such-program --json')).says).toContain('cannot be started');
    expect((await imported('--command', 'ad-export "a')).says).toContain(
      'has a quotation mark without its partner',
    );
    expect((await imported('a.csv', '--command', 'b')).says).toContain(
      'give either a file, or --command LINE',
    );
    expect((await imported()).says).toContain('give either a file, or --command LINE');
  });
});

test.each([
  ['ad-export --json', ['ad-export', '--json']],
  ['a "b c" \'d "e"\' f\'g\'', ['a', 'b c', 'd "e"', 'fg']],
  ['a "" $HOME | b; c > d `e` \\n', ['a', '', '$HOME', '|', 'b;', 'c', '>', 'd', '`e`', '\\n']],
  ['  ', []],
  ['a "b', null],
])('the words of %s', (line, words) => {
  expect(wordsIn(line)).toEqual(words);
});
