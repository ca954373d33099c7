import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeFolder } from '../../orchestrator/make-folder.ts';
import { runCli } from '../fixtures/run-cli.ts';

/** proc(5): the kernel makes the entries of /proc, and mkdir(2) there answers ENOENT. */
test.runIf(process.platform === 'linux').each(['/proc/servpack', '/proc/servpack/a/b'])(
  '`up` refuses the data folder %s, and ends',
  async (folder) => {
    const env = { SERVPACK_GATEWAY: 'simulated:7400' };
    const { code, stderr } = await runCli(['up', '--port', '0', '--data', folder], { env });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `servpack: The data folder ${folder} is not writable: there is no such file or folder; choose another`,
    );
  },
);

test('a folder is made with all folders above it, and one that exists is left alone', () => {
  const base = mkdtempSync(join(tmpdir(), 'servpack-folder-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  const deep = join(base, 'a', 'b', 'c');
  makeFolder(deep, 0o700);
  makeFolder(deep, 0o755);
  expect(statSync(deep).mode & 0o777).toBe(0o700);
  writeFileSync(join(base, 'file'), '');
  symlinkSync(join(base, 'gone'), join(base, 'link'));
  for (const blocked of ['file', 'file/below'])
    expect(() => makeFolder(join(base, blocked))).toThrow(/EEXIST|ENOTDIR/);
  expect(() => makeFolder(join(base, 'link'))).toThrow(/ENOENT/);
});
