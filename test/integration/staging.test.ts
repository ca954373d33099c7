import { existsSync, readFileSync } from 'node:fs';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  symlink,
  watch,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { runStaging } from '../../orchestrator/releases/run-staging.ts';
import type { UpgradeEvidence } from '../../orchestrator/releases/upgrade-command.ts';
import type { Fault } from '../../shared/errors.ts';
import { sha256 } from '../../shared/evidence.ts';
import { areInputFaults, printFaults } from '../../shared/input/input-fault.ts';

const examples = join(import.meta.dirname, '../../examples/release');
const components = 'X86.BIN/00000409';

let folder = '';
const at = (...path: string[]): string => join(folder, ...path);

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'servpack-staging-')));
  await layNotStaged();
});
afterEach(() => rm(folder, { recursive: true }));

/**
 * The sample release before it is staged, even if a person staged the sample of this checkout by
 * hand.
 */
async function layNotStaged(): Promise<void> {
  await cp(examples, folder, { recursive: true, force: true });
  for (const name of await readdir(at('logon.srv', components)))
    await writeFile(at('logon.srv', components, name), `${name}, the one before\n`);
  await writeFile(at('logon.srv', 'CL_NT.TXT'), '[Client]\r\nCopyListVersion=835643765\r\n');
}

/** The sample release with another upgrade command: a shell script of these lines. */
async function withScript(timeout: string, ...lines: string[]): Promise<string> {
  await writeFile(at('other.sh'), ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(at('other.sh'), 0o755);
  return withLine(/command:.*\n.*$/m, `command: ./other.sh\n  timeout: ${timeout}`);
}

async function withLine(line: RegExp, other: string): Promise<string> {
  const text = await readFile(at('release.yaml'), 'utf8');
  expect(text).toMatch(line);
  await writeFile(at('release.yaml'), text.replace(line, other));
  return at('release.yaml');
}

async function staged(file = at('release.yaml')) {
  const result = await runStaging(file);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

/** The one fault that staging returns. */
async function refusal(file: string, signal?: AbortSignal): Promise<Fault> {
  const result = await runStaging(file, null, signal);
  if (result.ok || areInputFaults(result.error))
    throw new Error(`no single fault: ${JSON.stringify(result)}`);
  return result.error;
}

/** Waits for a file that a script writes; the time-out of the test is the deadline. */
async function appears(path: string): Promise<void> {
  const changes = watch(folder);
  const names = await readdir(folder);
  if (names.some((name) => join(folder, name) === path)) return;
  for await (const { filename } of changes) if (filename !== null && join(folder, filename) === path) return;
}

/**
 * A killed orphan stays in the process table until its parent reaps it, which does not happen in
 * every container.
 */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) [ZX] /.test(existsSync('/proc') ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '');
  } catch {
    return false;
  }
}

/** The process that a script left running. */
const child = async (): Promise<number> => Number.parseInt(await readFile(at('child.pid'), 'utf8'), 10);

describe('the sample release', () => {
  test('is staged: the command is run, the tree changed, and the manifest read from the files', async () => {
    const { release, tree, evidence, tookMs } = await staged();
    expect(release).toMatchObject({ release: 'sms-1.2-sp4', product: 'sms-1.2', servicePack: 4 });
    expect(tree).toBe(at('logon.srv'));
    expect(tookMs).toBeGreaterThan(0);
    expect(evidence.exitCode).toBe(0);
    expect(evidence.output).toContain('installed  X86.BIN/00000409/APPCTL32.EXE');
    expect(evidence.output).toContain('CopyListVersion=876355200');
    expect(evidence.sha256).toBe(sha256(evidence.output));
    const names = await readdir(at('service-pack', components));
    expect(release.files.map(({ name }) => name)).toEqual(names.map((name) => name.toLowerCase()).toSorted());
    for (const name of names) {
      const content = await readFile(at('service-pack', components, name));
      const expected = { name: name.toLowerCase(), size: content.length, sha256: sha256(content) };
      expect(release.files).toContainEqual(expected);
    }
  });

  test('is staged again without changing anything', async () => {
    const first = await staged();
    const again = await staged();
    // Only the first staging changed the version that logon scripts compare.
    expect({ ...again.release, siteWide: true }).toEqual(first.release);
    expect(again.evidence.output).not.toContain('installed');
  });

  test('was another one before: the command did change the files', async () => {
    const before = await staged(await withScript('10s', 'exit 0'));
    await layNotStaged();
    const after = await staged();
    expect(after.release.files.map(({ name }) => name)).toEqual(before.release.files.map(({ name }) => name));
    expect(after.release.files).not.toContainEqual(before.release.files[0]);
  });
});

describe('the upgrade command', () => {
  test('runs in the tree, with its arguments as they are and nothing of our environment but PATH', async () => {
    process.env['SERVPACK_TEST_SECRET'] = 'hidden';
    const file = await withScript('10s', 'printf "%s|" "$PWD" "$@"; env | cut -d= -f1 | sort | tr "\\n" " "');
    await withLine(/command: .*/, `command: [./other.sh, 'two words', '$HOME', ';']`);
    const { evidence } = await staged(file);
    delete process.env['SERVPACK_TEST_SECRET'];
    const [cwd, ...rest] = evidence.output.split('|');
    expect(cwd).toBe(at('logon.srv'));
    expect(rest.slice(0, 3)).toEqual(['two words', '$HOME', ';']);
    const ofTheShell = ['OLDPWD', 'PWD', 'SHLVL', '_'];
    const names = (rest[3] ?? '')
      .trim()
      .split(' ')
      .filter((name) => !ofTheShell.includes(name));
    expect(names).toEqual(['PATH', 'SERVPACK_RELEASE', 'SERVPACK_TREE']);
  });

  test('that fails stages nothing, and its output is kept', async () => {
    const file = await withScript('10s', 'echo working; echo "disk full" >&2; exit 3');
    const { code, message, cause } = await refusal(file);
    expect(code).toBe('upgradeFailed');
    expect(message).toBe(
      `the upgrade command ${at('other.sh')} ended with exit code 3 (its last words: disk full); nothing is staged`,
    );
    const output = 'working\ndisk full\n';
    expect(cause).toEqual({ exitCode: 3, output, sha256: sha256(output) });
  });

  test('that is killed by somebody else stages nothing', async () => {
    const { message } = await refusal(await withScript('10s', 'kill -TERM $$'));
    expect(message).toBe(`the upgrade command ${at('other.sh')} was killed by SIGTERM; nothing is staged`);
  });

  test('that hangs is killed at its time-out, with everything it started', async () => {
    const hanging = 'trap "" TERM; sleep 600 & echo $! > ../child.pid; echo waiting; wait; sleep 600';
    const { code, message } = await refusal(await withScript('1s', hanging));
    expect(code).toBe('upgradeTimedOut');
    expect(message).toBe(
      `the upgrade command ${at('other.sh')} did not end within 1 s and was killed (its last words: waiting); nothing is staged`,
    );
    const pid = await child();
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('that ends but leaves something running is over: what it left is killed', async () => {
    const { evidence } = await staged(
      await withScript('60s', 'sleep 600 & echo $! > ../child.pid', 'echo done'),
    );
    expect(evidence.output).toBe('done\n');
    const pid = await child();
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('is stopped when the orchestrator stops', async () => {
    const file = await withScript('60s', 'echo > ../running; sleep 600');
    const stop = new AbortController();
    const refused = refusal(file, stop.signal);
    await appears(at('running'));
    stop.abort();
    expect((await refused).code).toBe('upgradeStopped');
  });

  test('is not even started when the stop came first', async () => {
    const { code } = await refusal(await withScript('60s', 'sleep 600'), AbortSignal.abort());
    expect(code).toBe('upgradeStopped');
  });

  test('may talk without end: the beginning and the end are kept in 16 KiB', async () => {
    const lines = 'echo first; i=0; while [ $i -lt 20000 ]; do echo "line $i é"; i=$((i+1)); done; echo last';
    const { evidence } = await staged(await withScript('60s', lines));
    const { output } = evidence as UpgradeEvidence;
    expect(Buffer.byteLength(output)).toBeLessThanOrEqual(16 * 1024);
    expect(output).toMatch(/^first\n/);
    expect(output).toMatch(/\[\d+ bytes left out\]/);
    expect(output).toMatch(/line 19999 é\nlast\n$/);
  });

  test.each([
    ['is not there', './missing.sh', 'there is no such program (or its interpreter is missing)'],
    ['is not executable', './release.yaml', 'it is not executable'],
    [
      'is not on the PATH',
      'no-such-program-anywhere',
      'there is no such program (or its interpreter is missing)',
    ],
  ])('that %s stages nothing', async (_, command, reason) => {
    const { code, message } = await refusal(await withLine(/command: .*/, `command: ${command}`));
    const program = command.startsWith('./') ? at(command) : command;
    expect(code).toBe('upgradeNotStarted');
    expect(message).toBe(`the upgrade command ${program} cannot be started: ${reason}; nothing is staged`);
  });
});

describe('a tree that cannot be trusted stages nothing', () => {
  const share = (...path: string[]): string => at('logon.srv', components, ...path);

  test('when it is not there', async () => {
    const { message } = await refusal(await withLine(/tree: .*/, 'tree: ./nowhere'));
    expect(message).toBe(`the tree ${at('nowhere')} is not a folder; nothing is staged`);
  });

  test('when the component folder is not there', async () => {
    const { code, message } = await refusal(await withLine(/components: .*/, 'components: ALPHA.BIN'));
    expect(code).toBe('unreadableFile');
    expect(message).toMatch(/^ALPHA\.BIN cannot be read: .*; nothing is staged$/);
  });

  test('when the component folder is empty, folders inside do not count', async () => {
    await mkdir(at('logon.srv/EMPTY/INNER'), { recursive: true });
    const { message } = await refusal(await withLine(/components: .*/, 'components: EMPTY'));
    expect(message).toBe('the component folder EMPTY holds no files; nothing is staged');
  });

  test('when two files differ by case only', async () => {
    await writeFile(share('appctl32.exe'), 'x');
    const { message } = await refusal(at('release.yaml'));
    expect(message).toBe(
      'APPCTL32.EXE and appctl32.exe differ by case only, which is one file to Windows; nothing is staged',
    );
  });

  test.each(['/etc/passwd', '../../../release.yaml', '/'])('when a file is a link to %s', async (target) => {
    await symlink(target, share('EVIL.EXE'));
    const { code, message } = await refusal(at('release.yaml'));
    expect(code).toBe('outsideTree');
    expect(message).toBe(`EVIL.EXE leads out of the tree ${at('logon.srv')}; nothing is staged`);
  });

  test.each(['../service-pack/X86.BIN/00000409', '..', 'LINK'])(
    'when the components are in %s',
    async (path) => {
      await symlink(at('service-pack', components), at('logon.srv/LINK'));
      expect((await refusal(await withLine(/components: .*/, `components: ${path}`))).code).toBe(
        'outsideTree',
      );
    },
  );

  test('when a file is a pipe, which would be read for ever', async () => {
    const file = await withScript('10s', `mkfifo "${share('PIPE.EXE')}"`);
    expect((await refusal(file)).message).toBe('PIPE.EXE is not a regular file; nothing is staged');
  });

  test('but a link that stays inside is the file it leads to', async () => {
    await symlink('APPCTL32.EXE', share('LINKED.EXE'));
    const { release } = await staged();
    const byName = new Map(release.files.map(({ name, sha256: hash }) => [name, hash]));
    expect(byName.get('linked.exe')).toBe(byName.get('appctl32.exe'));
  });
});

describe('a faulty release file', () => {
  test('shows all its faults at once and runs nothing', async () => {
    const file = await withScript('10s', 'echo > ../ran');
    await withLine(/^product: .*\nservicePack: .*/m, 'product: sms-9\nservicepack: 4');
    const result = await runStaging(file);
    const faults = !result.ok && areInputFaults(result.error) ? printFaults(result.error) : [];
    expect(faults).toEqual([
      `${file}:3: product: is "sms-9", expected a known product (generic-windows-agent, sms-1.2)`,
      `${file}:4: servicepack: is not a known key (did you mean servicePack?), expected one of release, product, servicePack, tree, components, logonServers, upgrade`,
    ]);
    expect(await readdir(folder)).not.toContain('ran');
  });

  test('that is not there is said so', async () => {
    const result = await runStaging(at('nothing.yaml'));
    const faults = !result.ok && areInputFaults(result.error) ? printFaults(result.error) : [];
    expect(faults).toEqual([
      `${at('nothing.yaml')}:1: (file): cannot be read (there is no such file), expected a readable text file`,
    ]);
  });
});
