import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { windowsPatienceMs } from '../environment/patience.ts';
import { pcmService } from '../../orchestrator/simulation/machines/sms.ts';
import { labHome } from '../lab/windows/build.ts';
import type { WindowsClient } from '../lab/windows/client.ts';
import { startWindowsLab, type WindowsLab } from '../lab/windows/lab.ts';
import { accepts } from '../lab/windows/sshd.ts';
import { processesOf } from '../lab/windows/sweep.ts';
import { componentsOf, fileOf, hashesIn, imagesOf, serviceOf, settingOf } from '../lab/windows/truth.ts';
import { ssh } from './ssh.ts';

const upgradeBat = String.raw`L:\Upgrade.bat`;
const pcm = String.raw`C:\MS\SMS\BIN\PCMSVC32.EXE`;

let lab: WindowsLab;
beforeAll(async () => {
  lab = await startWindowsLab({ traits: ['pcmInBin', 'userProgram', 'free'] });
});
afterAll(() => lab.close());

const offered = (): Readonly<Record<string, string>> => {
  const [server] = lab.servers;
  return server === undefined ? {} : hashesIn(join(server.share, server.components));
};
/** Without PCMSVC32.EXE, which no release brings. */
const componentsLike = (client: WindowsClient): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(componentsOf(client)).filter(([name]) => name !== 'PCMSVC32.EXE'));

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + windowsPatienceMs; Date.now() < end; await pause(50))
    if (await isSo()) return;
  throw new Error(`not in time: ${what}`);
}

describe('a client of the lab', () => {
  it('is what Q168463 tells of: the service runs before anybody logs on, and nothing is brought', async () => {
    const client = lab.client('pc-1');
    expect(imagesOf(client)).toContain(pcm);
    expect((await client.run('cmd.exe', '/c', upgradeBat)).code).toBe(0);
    expect(settingOf(client, 'SetupPhase')).toBe('UPGRADE');
    const before = componentsOf(client);
    await client.logon();
    expect(fileOf(client, String.raw`C:\MS\SMS\LOGS\SMSRUN.LOG`)).toBe(
      [
        'Reading configuration...',
        'Client executable active: pcmsvc32.exe',
        'Warning: Client component in use.',
        'Client component files will not be overwritten or removed.',
        'Verifying Microsoft Systems Management Server client installation.',
        '',
      ].join('\r\n'),
    );
    expect(componentsOf(client)).toEqual(before);
    expect(settingOf(client, 'SetupPhase')).toBe('UPGRADE');
    await client.logoff();
  });

  it('is upgraded by Upgrade.bat and the next logon when nothing is in the way', async () => {
    const client = lab.client('pc-3');
    expect(componentsLike(client)).not.toEqual(offered());
    await client.run('cmd.exe', '/c', upgradeBat);
    await client.logon();
    expect(componentsLike(client)).toEqual(offered());
    expect(settingOf(client, 'SetupPhase')).toBe('INSTALLED');
    expect(settingOf(client, 'FilesNotDownloaded')).toBe('');
    await client.logoff();
  });

  it('keeps what could not be written for the next time, though CopyListVersion is new', async () => {
    const client = await lab.add('free');
    await client.run('cmd.exe', '/c', upgradeBat);
    const held = ssh(lab, client, String.raw`(ping -n 99999 127.0.0.1 >nul)>>C:\MS\SMS\BIN\SM32.HLP`);
    // Trying to write the file would be in the way of whoever is just about to hold it.
    await until('the file is held', async () => {
      const { output } = await ssh(lab, client, 'tasklist');
      return output.includes('ping.exe');
    });
    await client.logon();
    expect(settingOf(client, 'SetupPhase')).toBe('VERIFY_FILES');
    expect(settingOf(client, 'FilesNotDownloaded')).toBe('SM32.HLP');
    expect(settingOf(client, 'CopyListVersion')).toBe('876355200');
    await ssh(lab, client, 'taskkill /f /im ping.exe');
    await held;
    await client.logoff();
    await client.logon();
    expect(componentsLike(client)).toEqual(offered());
    await lab.remove(client);
  });

  it('has a user whose hive is there only while logged on, and whose program ends with the logon', async () => {
    const client = lab.client('pc-2');
    const program = String.raw`C:\MS\SMS\BIN\PCMWIN32.EXE`;
    const hive = `HKU\\${client.rules.user.sid}`;
    expect(imagesOf(client)).toContain(program);
    expect((await ssh(lab, client, `reg query ${hive}`)).code).toBe(0);
    expect((await ssh(lab, client, 'quser')).output).toMatch(/^ anna +console +1 +Active/m);
    await client.logoff();
    expect(imagesOf(client)).not.toContain(program);
    expect((await ssh(lab, client, `reg query ${hive}`)).code).not.toBe(0);
    expect((await ssh(lab, client, 'quser')).code).toBe(1);
  });

  it('does not let ssh read the share of the logon server, as a key login may not', async () => {
    const client = lab.client('pc-1');
    expect((await ssh(lab, client, String.raw`type \\LS-PUN\SMS_SHR\CL_NT.TXT`)).output).not.toContain(
      'CopyListVersion',
    );
    expect((await client.run('cmd.exe', '/c', String.raw`type \\LS-PUN\SMS_SHR\CL_NT.TXT`)).code).toBe(0);
  });

  it('restarts when it is told to: refuses connections, and comes back as another boot', async () => {
    const client = lab.client('pc-1');
    const bootedAt = async (): Promise<string> =>
      /\d{14}\.\d+/.exec(
        (await ssh(lab, client, 'wmic os get lastbootuptime')).output.replaceAll('\0', ''),
      )?.[0] ?? '';
    const [boots, before] = [client.boots, await bootedAt()];
    expect(before).not.toBe('');
    // The restart may cut the connection before the exit code is through: 255, as of a real
    // Windows.
    const told = ssh(lab, client, 'shutdown /r /f /t 0');
    await until('it is away', async () => !(await accepts(client.place.address, client.place.port)));
    expect([0, 255]).toContain((await told).code);
    await until('it is back', async () => (await ssh(lab, client, 'ver')).code === 0);
    expect(client.boots).toBe(boots + 1);
    expect((await bootedAt()) > before).toBe(true);
    await until('its service runs', () => imagesOf(client).includes(pcm));
  });

  it('loses nothing of its service by a power failure', async () => {
    const client = lab.client('pc-1');
    await client.crash();
    expect(processesOf(client.prefix)).toEqual([]);
    await client.powerOn();
    expect(await serviceOf(client, pcmService)).toMatchObject({ ImagePath: pcm, Start: '0x2' });
    await until('its service runs', () => imagesOf(client).includes(pcm));
  });

  it('is unreachable while its sshd is down, and goes on all the same', async () => {
    const client = lab.client('pc-1');
    await client.disconnect();
    expect((await ssh(lab, client, 'ver')).code).toBe(255);
    expect(imagesOf(client)).toContain(pcm);
    await client.connect();
    expect((await ssh(lab, client, 'ver')).code).toBe(0);
  });
});

it('leaves nothing when it is killed', async () => {
  const script = join(import.meta.dirname, '../lab/windows/main.ts');
  const other = spawn(process.execPath, [script, '--clients', '2'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, SERVPACK_WINDOWS_LAB_BLOCK: '127.0.89' },
  });
  const words: string[] = [];
  createInterface({ input: other.stdout }).on('line', (line) => words.push(line));
  await until('it is up', () => {
    expect([other.exitCode, other.signalCode]).toEqual([null, null]);
    return words.some((line) => line.startsWith('Ctrl-C'));
  });
  const run = join(
    labHome,
    'runs',
    readdirSync(join(labHome, 'runs')).find((name) => name.startsWith(`${other.pid}-`)) ?? '',
  );
  const servers = ['pc-1', 'pc-2'].map((id) =>
    join('/tmp', readFileSync(join(run, id, 'wineserver'), 'utf8').trim()),
  );
  expect(servers.map((folder) => existsSync(folder))).toEqual([true, true]);
  // As a worker of servpack that a test has started beside the lab's clients.
  const beside = spawn('sleep', ['600'], {
    env: { ...process.env, HOME: join(run, 'house') },
    stdio: 'ignore',
  });
  expect(processesOf(run).length).toBeGreaterThan(2);
  expect(processesOf(run)).toContain(beside.pid);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await until('its folder is gone', () => !existsSync(run));
  expect(processesOf(run)).toEqual([]);
  expect(servers.filter((folder) => existsSync(folder))).toEqual([]);
});
