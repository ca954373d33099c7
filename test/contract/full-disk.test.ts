import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Change, targetOf } from '../../shared/execution/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { connectSshGateway, type SshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { patienceMs } from '../environment/patience.ts';
import { filesOf, readFile, textContent, writeFile } from '../../orchestrator/simulation/machines/disk.ts';
import { type OneMachine, openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';
import { expectFailure, swapIntentOf, valueOf } from './contract-clients.ts';
import { settingsWith } from './ssh-settings.ts';

/** What is left on a client whose disk is full. */
const keys = makeSshKeys();
let lab: OneMachine;
let gateway: SshGateway;
let change: Change;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'servpack-full-disk-'));
  lab = await openOneMachine('free', keys);
  gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  change = {
    target: targetOf({ client: lab.client, host: '127.0.0.1', port: lab.server.port, hostKeys }),
    fence: { counter: 1, owner: 'driver' },
    signal: AbortSignal.timeout(patienceMs),
  };
});
afterEach(async () => {
  await gateway.close();
  await lab.close();
  rmSync(folder, { recursive: true });
});

const source = 'C:\\MS\\SMS\\BIN\\PCM32R.DLL';
const fill = (): void => void (lab.machine.diskFullUntil = Number.MAX_SAFE_INTEGER);
const filesBelow = (path: string): readonly string[] =>
  filesOf(lab.machine.disk)
    .map(([file]) => file)
    .filter((file) => file.startsWith(path));

test('a copy that a full disk tears is removed, with the folder that was made for it', async () => {
  fill();
  const answer = await gateway.copyFile(change, source, 'C:\\NEW\\A.DLL');
  expectFailure(answer, 'failed');
  expect(answer.ok ? '' : answer.error.message).toContain('not enough space');
  expect(filesBelow('c:\\new')).toEqual([]);
});

test('beside other files, too, and no other file goes', async () => {
  writeFile(lab.machine.disk, 'C:\\NEW\\OTHER.DLL', textContent('other'));
  fill();
  expectFailure(await gateway.copyFile(change, source, 'C:\\NEW\\A.DLL'), 'failed');
  expect(filesBelow('c:\\new')).toEqual(['c:\\new\\other.dll']);
});

test('a file that was there before is not removed', async () => {
  writeFile(lab.machine.disk, 'C:\\NEW\\A.DLL', textContent('before'));
  fill();
  expectFailure(await gateway.copyFile(change, source, 'C:\\NEW\\A.DLL'), 'failed');
  expect(readFile(lab.machine.disk, 'C:\\NEW\\A.DLL')).not.toBeNull();
});

test('a file that is brought leaves nothing in the staging folder of a full disk', async () => {
  const local = join(folder, 'A.DLL');
  writeFileSync(local, 'content');
  fill();
  expectFailure(await gateway.uploadFile(change, local, 'C:\\NEW\\A.DLL'), 'cutOff');
  expect(
    filesBelow('c:\\winnt\\servpack\\staging').concat(filesBelow('c:\\windows\\servpack\\staging')),
  ).toEqual([]);
});

describe('a record that the disk has no room for leaves the one that stands there', () => {
  const sha256 = 'a'.repeat(64);
  for (const [what, files] of [
    ['of one line', 8],
    ['of many files', 300],
  ] as const)
    test(what, async () => {
      const first = swapIntentOf(files, sha256);
      valueOf(await gateway.writeIntent(change, first));
      fill();
      const answer = await gateway.writeIntent(change, { ...first, step: 'place' });
      expect(answer.ok).toBe(false);
      expect(valueOf(await gateway.readIntent(change.target, change.signal))).toEqual(first);
      lab.machine.diskFullUntil = 0;
      valueOf(await gateway.writeIntent(change, { ...first, step: 'place' }));
      valueOf(await gateway.writeIntent(change, null));
      expect(
        filesBelow('c:\\windows\\servpack')
          .concat(filesBelow('c:\\winnt\\servpack'))
          .filter((file) => !/\\(lock|fence)$/.test(file)),
      ).toEqual([]);
    });
});
