import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Change, targetOf } from '../../shared/execution/gateway.ts';
import { connectSshGateway, type SshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { patienceMs } from '../environment/patience.ts';
import { textContent, writeFile } from '../../orchestrator/simulation/machines/disk.ts';
import { type OneMachine, openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';
import { expectFailure, valueOf } from './contract-clients.ts';
import { settingsWith } from './ssh-settings.ts';

/**
 * The renames and deletions of other programs on a client, beside those of servpack. `reg query`
 * of the model leaves empty names out, as that of Windows does (dotnet/sdk issue 28993).
 */
const keys = makeSshKeys();
let lab: OneMachine;
let gateway: SshGateway;
let change: Change;
let beforeLine: (line: string) => void = () => undefined;

beforeEach(async () => {
  beforeLine = () => undefined;
  const hear = {
    commanded: (line: string) => beforeLine(line),
    connected: () => undefined,
    askedForFile: () => undefined,
  };
  lab = await openOneMachine('free', keys, { hear });
  gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  change = {
    target: targetOf({ client: lab.client, host: '127.0.0.1', port: lab.server.port, hostKeys }),
    fence: { counter: 1, owner: 'driver' },
    signal: AbortSignal.timeout(patienceMs),
  };
  for (const file of [...ours.map(({ from }) => from), ...theirs.map(({ from }) => from)])
    writeFile(lab.machine.disk, file, textContent(file));
});
afterEach(async () => {
  await gateway.close();
  await lab.close();
});

const deletion = (name: string) => ({ from: `C:\\T\\${name}`, to: '' });
const theirs = [deletion('one.tmp'), { from: 'C:\\T\\new.dll', to: 'C:\\T\\old.dll' }, deletion('last.tmp')];
const ours = ['A', 'B', '0C'].map((name) => ({
  from: `C:\\AGENT\\${name}.DLL.servpack`,
  to: `C:\\AGENT\\${name}.DLL`,
}));
const [first, second, third] = ours as [(typeof ours)[0], (typeof ours)[0], (typeof ours)[0]];

const note = ({ from, to }: (typeof ours)[0]) => gateway.replaceAtRestart(change, from, to);

test('a rename leaves the deletions of other programs as they are', async () => {
  lab.machine.renames = theirs;
  valueOf(await note(first));
  valueOf(await note(second));
  valueOf(await note(first));
  expect(lab.machine.renames).toEqual([...theirs, first, second]);
});

test('a rename is noted in an empty list, and a name may begin with a zero', async () => {
  valueOf(await note(third));
  valueOf(await note(first));
  expect(lab.machine.renames).toEqual([third, first]);
});

test('a deletion that another program notes in the meantime stays', async () => {
  lab.machine.renames = theirs;
  const late = deletion('late.tmp');
  beforeLine = (line) => {
    if (!line.includes('reg import')) return;
    beforeLine = () => undefined;
    lab.machine.renames = [...lab.machine.renames, late];
  };
  valueOf(await note(first));
  expect(lab.machine.renames).toEqual([...theirs, late, first]);
});

test('a list that another program creates in the meantime stays', async () => {
  beforeLine = (line) => {
    if (line.includes('reg add')) lab.machine.renames = theirs;
  };
  valueOf(await note(first));
  expect(lab.machine.renames).toEqual([...theirs, first]);
});

test('a list that never stays the same is left to the other program', async () => {
  lab.machine.renames = theirs;
  beforeLine = (line) => {
    if (line.includes('reg import')) lab.machine.renames = [...lab.machine.renames, deletion('more.tmp')];
  };
  const answer = await note(first);
  expectFailure(answer, 'failed');
  expect(answer.ok ? '' : answer.error.message).toContain('again and again');
  expect(lab.machine.renames).not.toContainEqual(first);
});

test('a file that does not exist is not noted', async () => {
  lab.machine.renames = theirs;
  expectFailure(await note({ from: 'C:\\AGENT\\NONE', to: first.to }), 'failed');
  expect(lab.machine.renames).toEqual(theirs);
});
