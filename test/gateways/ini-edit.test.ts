import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { editOnClient } from '../../workers/gateways/windows-ssh/changes/ini-edit.ts';
import { withIniValue } from '../../workers/gateways/windows-ssh/changes/ini-line.ts';
import { contentOf } from '../../orchestrator/simulation/machines/disk.ts';
import { stagedRelease } from '../../orchestrator/simulation/machines/logon-server.ts';
import { Machines } from '../lab/fleet/machines.ts';
import { Cmd } from '../lab/ssh/cmd-run.ts';
import { NtFiles } from '../lab/ssh/nt-files.ts';
import { programsOf } from '../lab/ssh/programs.ts';
import { systemClock } from '../../shared/clock.ts';

/** The commands run on the lab's model of cmd.exe, on a client of the lab. */
const machines = new Machines({
  rows: [{ client: 'PC1', host: 'PC1', logonServer: 'LS1', zone: 'UTC', role: 'workstation' }],
  seed: 'ini-edit',
  clock: systemClock,
  startedAt: systemClock.now(),
  traits: 'usual',
  release: stagedRelease(new Map([['PCM32R.DLL', contentOf('new')]])),
  checkIn: () => undefined,
});
afterAll(() => machines.stop());
const machine = machines.find('PC1');
if (machine === undefined) throw new Error('no such client');
const files = new NtFiles(machine, () => machines.now());
const programs = programsOf(
  machine,
  files,
  (act) => machines.visit(machine, act),
  () => Promise.resolve(),
);

const [file, copy] = ['C:\\APP\\APP.INI', 'C:\\WINNT\\servpack\\staging\\copy'];
files.makeDirectory('C:\\WINNT\\servpack\\staging');
files.makeDirectory('C:\\APP');

const change = { section: 'Local', key: 'SetupPhase', value: 'UPGRADE' };

/** The commands that edit this text; null = the file is written in another way. */
function commandsFor(before: string): string | null {
  const after = withIniValue(Buffer.from(before, 'latin1'), change);
  if (!after.ok) return null;
  const sha256 = createHash('sha256').update(after.value).digest('hex');
  return editOnClient({ file, copy, before, after: after.value.toString('latin1'), sha256 });
}

/** Runs the commands on a file with this content. */
async function run(commands: string, present: string) {
  files.write(file, Buffer.from(present, 'latin1'));
  let said = '';
  const sink = { write: (text: string) => void (said += text) };
  await new Cmd(files, programs, new Map()).run(`${commands} && echo made`, {
    out: sink,
    error: sink,
    input: '',
  });
  return { isMade: said.includes('made'), copy: files.read(copy)?.toString('latin1') };
}

const ini = (...lines: readonly string[]): string =>
  ['[SMS]', 'Version=1.2', '', '[Local]', 'SetupPhase=INSTALLED', ...lines, ''].join('\r\n');

describe('the edit of a configuration file on the client', () => {
  test('changes one line and no other, whatever the lines hold', async () => {
    const line = fc.string({
      unit: fc.constantFrom(...'ab 19=;&|<>()"\'[],.*?$#@\\'.split('')),
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const before = ini(...lines);
        const commands = commandsFor(before);
        expect(commands).not.toBeNull();
        expect(await run(commands ?? '', before)).toEqual({
          isMade: true,
          copy: before.replace('SetupPhase=INSTALLED', 'SetupPhase=UPGRADE'),
        });
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['a line more', ini('Later=1')],
    ['another value elsewhere', ini().replace('1.2', '1.3')],
    ['a line less', ini().replace('\r\n\r\n', '\r\n')],
    ['nothing any more', ''],
  ])('changes nothing when the file has %s than when it was read', async (_, present) => {
    expect(await run(commandsFor(ini()) ?? '', present)).toMatchObject({ isMade: false });
  });

  test.each([
    ['bytes that are no ASCII', ini('Name=M\u00fcller')],
    ['a tab', ini('\tx=1')],
    ['Unix line ends', ini().replaceAll('\r\n', '\n')],
    ['a last line without an end', ini().trimEnd()],
    ['a line that begins with what parts it from its number', ini(':x')],
    ['what echo answers with its help', ini('x=/?')],
    ['what delayed expansion would take', ini('x=!y!')],
    ['no such key', ini().replace('SetupPhase=INSTALLED\r\n', '')],
  ])('is done in another way when the file has %s', (_, before) => {
    expect(commandsFor(before)).toBeNull();
  });
});
