import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

/** Runs a shell line in a mount namespace of its own. */
const inNamespace = (line: string) => spawnSync('unshare', ['-rm', 'sh', '-ec', line], { encoding: 'utf8' });

const mayMount = inNamespace('mount -t tmpfs -o size=64k tmpfs /mnt').status === 0;

test.skipIf(!mayMount).each([0, 16 * 1024])(
  'a disk of the audit alone with %i bytes left: the head stays, the file stays whole, the doctor says so, and all goes on',
  (room) => {
    const folder = mkdtempSync(join(tmpdir(), 'servpack-full-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, 'audit'));
    const child = join(import.meta.dirname, 'full-disk-child.ts');
    const { stdout, stderr } = inNamespace(
      `mount -t tmpfs -o size=256k tmpfs ${folder}/audit && exec ${process.execPath} ${child} ${folder} ${room}`,
    );
    expect(stderr).not.toContain('Error');
    expect(JSON.parse(stdout)).toEqual({
      refused: expect.stringMatching(/no space left on device|disk is full/),
      head: 1,
      isAsBefore: true,
      found: expect.arrayContaining([
        expect.stringContaining('GB are free'),
        expect.stringMatching(/audit cannot be written: no room is left on its disk/),
      ]),
      after: { faults: [], torn: [], entries: 201 },
    });
  },
);
