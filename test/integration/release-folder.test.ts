import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Release } from '../../shared/domain/campaign/definition.ts';
import { openReleaseFolders } from '../../workers/release-folder.ts';

const text = 'the new component';
const sha256 = createHash('sha256').update(text).digest('hex');

/** A folder with a tree `tree/BIN`, and a file beside the tree with the content of the release. */
function openTree() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'servpack-tree-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'tree/BIN'), { recursive: true });
  writeFileSync(join(folder, 'outside.exe'), text);
  const release: Release = {
    release: 'sp4',
    product: 'sms-1.2',
    servicePack: 4,
    files: [{ name: 'a.exe', size: text.length, sha256 }],
    source: { tree: join(folder, 'tree'), components: 'BIN' },
  };
  const at = (...path: string[]): string => join(folder, ...path);
  return { at, pathOf: () => openReleaseFolders(null).of(release).pathOf('a.exe'), release };
}

const messageIn = async (found: Promise<{ ok: boolean; error?: { message: string } }>): Promise<string> =>
  (await found).error?.message ?? 'no fault';

test('a worker reads a file of the tree, also by a link that stays inside the tree', async () => {
  const { at, pathOf } = openTree();
  writeFileSync(at('tree/B.EXE'), text);
  symlinkSync('../B.EXE', at('tree/BIN/A.EXE'));
  expect(await pathOf()).toEqual({ ok: true, value: at('tree/B.EXE') });
});

test('a worker reads no file to which a link leads out of the tree, even with the right content', async () => {
  const { at, pathOf, release } = openTree();
  symlinkSync('../../outside.exe', at('tree/BIN/A.EXE'));
  expect(await messageIn(pathOf())).toMatch(/cannot read .*: it leads out of .*tree$/);
  mkdirSync(at('releases/sp4'), { recursive: true });
  symlinkSync('../../outside.exe', at('releases/sp4/A.EXE'));
  const folder = openReleaseFolders(at('releases')).of(release);
  expect(await messageIn(folder.pathOf('a.exe'))).toMatch(/it leads out of .*releases$/);
});

test('a worker reads no pipe or device, which could be read for ever', async () => {
  const { at, pathOf } = openTree();
  execFileSync('mkfifo', [at('tree/BIN/A.EXE')]);
  expect(await messageIn(pathOf())).toMatch(/it is not a regular file$/);
  rmSync(at('tree/BIN/A.EXE'));
  symlinkSync('/dev/zero', at('tree/BIN/A.EXE'));
  expect(await messageIn(pathOf())).toMatch(/it leads out of/);
});

test('a file of another size is not the one that was staged', async () => {
  const { at, pathOf } = openTree();
  writeFileSync(at('tree/BIN/A.EXE'), `${text} and more`);
  expect(await messageIn(pathOf())).toMatch(/is not the a\.exe that was staged/);
});
