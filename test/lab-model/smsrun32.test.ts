import { describe, expect, it } from 'vitest';
import { logOff, logOn } from '../../orchestrator/simulation/machines/sessions.ts';
import { oldCopyListVersion } from '../../orchestrator/simulation/machines/sms.ts';
import { hour, mondayAtFive, OneMachine, release } from './one-machine.ts';

/**
 * The lines of Q168463. Machines print them with different dots, letter case of the name, and end
 * of the last line.
 */
const textOf = (...lines: readonly string[]) =>
  new RegExp(`^${lines.map((line) => `${line}\\r\\n`).join('')}$`);
const first = 'Reading configuration(\\.{3}|\\.{6})';
const last = 'Verifying Microsoft Systems Management Server client installation(\\.|\\.{3})';
const fiveLines = textOf(
  first,
  'Client executable active: (pcmsvc32\\.exe|PCMSVC32\\.EXE)',
  'Warning: Client component in use\\.',
  'Client component files will not be overwritten or removed\\.',
  last,
);
const twoLines = textOf(first, last);

const noon = mondayAtFive + 7 * hour;
const clients = Array.from({ length: 60 }, (_, n) => `PC${n}`);

describe('Smsrun32 on a client whose PCM service runs out of BIN', () => {
  it('prints exactly the five lines, in the spelling of the machine, and downloads nothing', () => {
    const texts = clients.map((client) => {
      const client1 = new OneMachine('pcmInBin', client);
      client1.call('mark');
      client1.until(noon);
      expect(client1.filesOfRelease()).toBe(0);
      return client1.look().transcript?.text ?? '';
    });
    for (const text of texts) expect(text).toMatch(fiveLines);
    expect(new Set(texts).size).toBe(8);
  });

  it('stays marked, with the new CopyListVersion already written down: the trap', () => {
    const client = new OneMachine('pcmInBin');
    client.call('mark');
    const { configuration } = client.until(noon).look();
    expect(configuration).toMatch(/^SetupPhase=upgrade\r$/im);
    expect(configuration).toContain(`CopyListVersion=${release.copyListVersion}\r`);
    expect(release.copyListVersion).toBeGreaterThan(oldCopyListVersion);
  });

  it('names every executable once, however often it runs', () => {
    const client = new OneMachine('userProgram').until(noon);
    const [program] = client.machine.processes.filter(({ session }) => session === 1);
    if (program === undefined) throw new Error('nothing is open at noon');
    client.machine.processes = [...client.machine.processes, { ...program, pid: 4711 }];
    client.call('runUpdate');
    expect(client.look().transcript?.text.match(/active: pcmwin32\.exe\r\n/gi)).toHaveLength(1);
  });
});

describe('Smsrun32 on a free client', () => {
  it('does nothing while the client is not marked', () => {
    const client = new OneMachine('free').until(noon);
    expect(client.look().transcript?.text).toMatch(twoLines);
    expect(client.filesOfRelease()).toBe(0);
  });

  it('downloads every file at the logon after the mark and says that it is installed', () => {
    const client = new OneMachine('free');
    client.call('mark');
    client.until(noon);
    expect(client.filesOfRelease()).toBe(release.files.size);
    const { configuration, versionFile, transcript } = client.look();
    expect(configuration).toMatch(/^SetupPhase=installed\r$/im);
    expect(configuration).toMatch(/^FilesNotDownloaded=\r$/m);
    expect(versionFile).toBe('Service Pack 3\r\n');
    expect(transcript?.text).toMatch(twoLines);
    expect(client.checkIns).toEqual([transcript?.text]);
  });

  it('writes CopyListVersion before it copies the first file: the trap', () => {
    const client = new OneMachine('free');
    client.call('mark');
    client.begin('runUpdate');
    expect(client.filesOfRelease()).toBe(0);
    expect(client.look().configuration).toContain(`CopyListVersion=${release.copyListVersion}`);
    expect(client.look().configuration).toMatch(/SetupPhase=upgrade\r/i);
  });

  it('returns its transcript after the last file when it was run directly', () => {
    const client = new OneMachine('free');
    client.call('mark');
    const answer = client.call('runUpdate');
    expect(answer).toMatchObject({ ok: true, value: { exitCode: 0 } });
    expect(client.filesOfRelease()).toBe(release.files.size);
    expect(client.checkIns).toEqual([]);
  });

  it('marks the client first when it is asked to', () => {
    const client = new OneMachine('free');
    client.call('runUpdate', { marks: true });
    expect(client.filesOfRelease()).toBe(release.files.size);
    expect(client.look().configuration).toMatch(/SetupPhase=installed\r/i);
  });

  it('goes on at the next run after a restart interrupted it', () => {
    const client = new OneMachine('free');
    client.call('mark');
    const run = client.begin('runUpdate');
    client.pass(5000);
    const some = client.filesOfRelease();
    expect(some).toBeGreaterThan(0);
    client.call('restart');
    client.pass(hour);
    expect(client.answer(run)).toMatchObject({ error: { kind: 'cutOff' } });
    expect(client.filesOfRelease()).toBeLessThan(release.files.size);
    client.call('runUpdate');
    expect(client.filesOfRelease()).toBe(release.files.size);
  });
});

describe('Smsrun32 in the middle of its download', () => {
  it('skips a file that a process runs from, and downloads it at the next run', () => {
    const client = new OneMachine('free');
    client.call('mark');
    client.begin('runUpdate');
    const imagePath = 'C:\\MS\\SMS\\BIN\\PCMWIN32.EXE';
    client.machine.processes = [{ pid: 1, imagePath, session: 1, user: 'u', startedAt: client.now }];
    const { configuration } = client.pass(60_000).look();
    expect(configuration).toMatch(/^FilesNotDownloaded=PCMWIN32\.EXE\r$/m);
    expect(client.filesOfRelease()).toBe(release.files.size - 1);
    client.machine.processes = [];
    client.call('runUpdate');
    expect(client.look().configuration).toMatch(/^SetupPhase=installed\r$/im);
    expect(client.filesOfRelease()).toBe(release.files.size);
  });

  it('ends with the session of the user whose logon started it', () => {
    const client = new OneMachine('free');
    client.call('mark');
    logOn(client.machine, client.now);
    for (let seconds = 0; seconds < 60 && client.machine.run === null; seconds++) client.pass(1000);
    expect(client.machine.run).not.toBeNull();
    logOff(client.machine, client.now);
    client.pass(hour);
    expect(client.filesOfRelease()).toBeLessThan(release.files.size);
    expect(client.look().configuration).toMatch(/^SetupPhase=upgrade\r$/im);
  });
});

describe('Smsrun32 when the logon server lacks a file', () => {
  it('downloads the other files, records the missing one, and tries again at every logon', () => {
    const client = new OneMachine('fileMissing');
    client.call('mark');
    for (const days of [0, 1, 2, 3]) {
      const { configuration } = client.until(noon + days * 24 * hour).look();
      expect(configuration).toMatch(/^SetupPhase=(verify_files|verifying_files)\r$/im);
      expect(configuration).toMatch(/^FilesNotDownloaded=(APPCTL32\.EXE|PCMWIN32\.EXE|PCM32R\.DLL)\r$/m);
      expect(client.filesOfRelease()).toBe(release.files.size - 1);
    }
    expect(client.checkIns).toHaveLength(4);
  });
});
