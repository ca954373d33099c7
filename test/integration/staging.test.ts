import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { UpgradeEvidence } from '../../orchestrator/releases/upgrade-command.ts';
import { sha256 } from '../../shared/evidence.ts';
import {
  appears,
  at,
  child,
  components,
  isAlive,
  layNotStaged,
  refusal,
  staged,
  useUnstagedRelease,
  withLine,
  withScript,
} from './unstaged-release.ts';

useUnstagedRelease();

describe('the sample release', () => {
  test('is staged by its upgrade command, and its manifest is read from the changed files', async () => {
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

  test('is staged a second time without a change', async () => {
    const first = await staged();
    const again = await staged();
    // Only the first staging changes what logon scripts compare.
    expect({ ...again.release, siteWide: true }).toEqual(first.release);
    expect(again.evidence.output).not.toContain('installed');
  });

  test('has other files after its upgrade command than before', async () => {
    const before = await staged(await withScript('10s', 'exit 0'));
    await layNotStaged();
    const after = await staged();
    expect(after.release.files.map(({ name }) => name)).toEqual(before.release.files.map(({ name }) => name));
    expect(after.release.files).not.toContainEqual(before.release.files[0]);
  });
});

describe('the upgrade command', () => {
  test('runs in the tree with its arguments unchanged, and inherits nothing of the environment but PATH', async () => {
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

  test('stages nothing when it fails, and its output is kept', async () => {
    const file = await withScript('10s', 'echo working; echo "disk full" >&2; exit 3');
    const { code, message, cause } = await refusal(file);
    expect(code).toBe('upgradeFailed');
    expect(message).toBe(
      `the upgrade command ${at('other.sh')} ended with exit code 3 (its last words: disk full); nothing is staged; mend the cause, then stage the release again`,
    );
    const output = 'working\ndisk full\n';
    expect(cause).toEqual({ exitCode: 3, output, sha256: sha256(output) });
  });

  test('stages nothing when it is killed', async () => {
    const { message } = await refusal(await withScript('10s', 'kill -TERM $$'));
    expect(message).toBe(
      `the upgrade command ${at('other.sh')} was killed by SIGTERM; nothing is staged; mend the cause, then stage the release again`,
    );
  });

  test('is killed at its time-out, with every process that it started', async () => {
    const hanging = 'trap "" TERM; sleep 600 & echo $! > ../child.pid; echo waiting; wait; sleep 600';
    const { code, message } = await refusal(await withScript('1s', hanging));
    expect(code).toBe('upgradeTimedOut');
    expect(message).toBe(
      `the upgrade command ${at('other.sh')} did not end within 1 s and was killed (its last words: waiting); nothing is staged; mend the cause, then stage the release again`,
    );
    const pid = await child();
    expect(pid).toBeGreaterThan(0);
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  test('is over when it ends, and processes that it left running are killed', async () => {
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

  test('is not started when the orchestrator stops first', async () => {
    const { code } = await refusal(await withScript('60s', 'sleep 600'), AbortSignal.abort());
    expect(code).toBe('upgradeStopped');
  });

  test('may print without end: the beginning and the end are kept in 16 KiB', async () => {
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
  ])('stages nothing when it %s', async (_, command, reason) => {
    const { code, message } = await refusal(await withLine(/command: .*/, `command: ${command}`));
    const program = command.startsWith('./') ? at(command) : command;
    expect(code).toBe('upgradeNotStarted');
    expect(message).toBe(
      `the upgrade command ${program} cannot be started: ${reason}; nothing is staged; mend the cause, then stage the release again`,
    );
  });
});
