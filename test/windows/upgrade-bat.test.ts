import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WindowsClient } from '../lab/windows/client.ts';
import { pathIn, writeComponents } from '../lab/windows/client-files.ts';
import { fileOf, hashesIn, settingOf } from '../lab/windows/truth.ts';
import { smsIniText } from '../../orchestrator/simulation/machines/sms-ini-file.ts';
import {
  campaignText,
  openWindowsServpack,
  smsProfileIn,
  until,
  type WindowsServpack,
} from './windows-servpack.ts';

/**
 * Upgrade.bat itself, run by cmd.exe of Wine: on the site server by `release stage`, over its real
 * sshd, and on a client as the command that marks it.
 */
const components = 'X86.BIN/00000409';
const sample = join(import.meta.dirname, '../../examples/release/service-pack/UPGRADE.BAT');
const pack = String.raw`C:\SMS SP4`;
const share = String.raw`C:\SMS\LOGON.SRV`;
const upgradeBat = String.raw`${pack}\UPGRADE.BAT`;

let servpack: WindowsServpack;
let server: WindowsClient;
let client: WindowsClient;

beforeAll(async () => {
  // `mark.command` reads the share: as with a login by password.
  const byCommand = smsProfileIn('sms-by-command', String.raw`C:\MS\SMS`)
    .replace('route: logon', 'route: direct')
    .replace('mark: { kind: configuration }', String.raw`mark: { kind: command, command: 'L:\UPGRADE.BAT' }`);
  servpack = await openWindowsServpack({
    traits: ['server', 'free'],
    readsShares: true,
    profiles: { 'sms-by-command': byCommand },
  });
  server = servpack.lab.client('pc-1');
  client = servpack.lab.client('pc-2');
  await servpack.importFleet();
});
afterAll(() => servpack[Symbol.asyncDispose]());

const onServer = (path: string): string => pathIn(server.prefix, path);

/** The site server before the service pack: its share has service pack 2; the pack lies ready. */
beforeEach(() => {
  const { built } = servpack.lab;
  for (const folder of [share, pack]) rmSync(onServer(folder), { recursive: true, force: true });
  writeComponents(built, 2, join(onServer(share), components));
  writeFileSync(join(onServer(share), 'CL_NT.TXT'), '[Client]\r\nCopyListVersion=835643765\r\n');
  writeComponents(built, 4, join(onServer(pack), components));
  writeFileSync(join(onServer(pack), 'CL_NT.TXT'), '[Client]\r\nCopyListVersion=876355200\r\n');
  copyFileSync(join(built.programs, 'cli_nt.exe'), join(onServer(pack), 'X86.BIN/CLI_NT.EXE'));
  copyFileSync(sample, onServer(upgradeBat));
  writeFileSync(
    onServer(String.raw`C:\SMS.INI`),
    smsIniText({
      setupPhase: 'INSTALLED',
      filesNotDownloaded: '',
      copyListVersion: 835_643_765,
      logonServer: 'LS-PUN',
      bin: String.raw`C:\MS\SMS\BIN`,
    }),
  );
});

let releases = 0;

/** Stages a release whose upgrade command is Upgrade.bat on the site server. */
async function stage({ release = `sp4-${(releases += 1)}`, product = 'sms-1.2', timeout = '120s' } = {}) {
  const file = join(servpack.lab.folder, `${release}.yaml`);
  const text = [
    `release: ${release}`,
    `product: ${product}`,
    'servicePack: 4',
    `tree: ${onServer(share)}`,
    `components: ${components}`,
    'upgrade:',
    `  command: ['${upgradeBat}', '${share}']`,
    `  host: ${server.place.address}`,
    `  port: ${server.place.port}`,
    `  hostKeys: [${server.fingerprint}]`,
    `  timeout: ${timeout}`,
    '  proof:',
    `    files: ${join(onServer(pack), components)}`,
    '    values:',
    '      - { file: CL_NT.TXT, section: Client, key: CopyListVersion, is: 876355200 }',
    String.raw`      - { file: 'C:\SMS.INI', section: Local, key: SetupPhase, is: UPGRADE }`,
    '',
  ];
  writeFileSync(file, text.join('\n'));
  return servpack.operator.ask('POST', '/v1/releases', { path: file }, 180_000) as Promise<{
    readonly release: { readonly files: readonly { readonly name: string; readonly sha256: string }[] };
    readonly evidence: string;
    readonly started: readonly string[];
  }>;
}

/** What staging is refused with, after which nothing is staged. */
async function refusal(options: Parameters<typeof stage>[0] = {}): Promise<string> {
  const before = await servpack.operator.ask('GET', '/v1/releases');
  const message = await stage(options).then(
    () => 'it was staged',
    (thrown: unknown) => String(thrown),
  );
  expect(await servpack.operator.ask('GET', '/v1/releases')).toEqual(before);
  expect(message).toContain('nothing is staged');
  expect(message).toContain('then stage the release again');
  return message;
}

const withBatch = (...lines: readonly string[]): void =>
  writeFileSync(onServer(upgradeBat), ['@echo off', ...lines, ''].join('\r\n'));

it('is run on the site server, and its end starts the campaign that waits for it', async () => {
  const text = campaignText({ campaign: 'waiting', clients: [client], ladder: 'wait', release: 'sp4' });
  await servpack.begin(`${text}on: staged\n`);
  const staged = await stage({ release: 'sp4' });

  expect(hashesIn(join(onServer(share), components))).toEqual(hashesIn(join(onServer(pack), components)));
  expect(staged.release.files).toHaveLength(13);
  expect(readFileSync(join(onServer(share), 'CL_NT.TXT'), 'latin1')).toContain('CopyListVersion=876355200');
  expect(settingOf(server, 'SetupPhase')).toBe('UPGRADE');
  // The release file's campaign was started by the end of Upgrade.bat.
  expect(staged.started).toEqual(['waiting']);
  const audit = await servpack.operator.exportAudit();
  const entry = audit.find(({ because }) =>
    because.includes(`the upgrade command ended on ${server.place.address} with exit code 0`),
  );
  expect(entry).toMatchObject({ to: 'staged', evidence: staged.evidence });
  await servpack.abort('waiting');
});

describe('an Upgrade.bat that does not do its work', () => {
  it('fails with its exit code, also by an exit that ends cmd.exe', async () => {
    withBatch('echo Access is denied.', 'exit 5');
    expect(await refusal()).toContain('ended with exit code 5 (its last words: Access is denied.)');
  });

  it('loses the exit code of a failed copy to its last echo', async () => {
    withBatch(String.raw`copy /y NO\SUCH.EXE "%~1" >nul`, 'echo The service pack is installed.', 'exit /b 0');
    const message = await refusal();
    expect(message).toContain(
      'ended with exit code 0, and its work is not whole: 13 of 13 files have another SHA-256',
    );
    expect(message).toContain('CL_NT.TXT says CopyListVersion=835643765, expected CopyListVersion=876355200');
    expect(message).toContain(String.raw`C:\\SMS.INI says SetupPhase=INSTALLED, expected SetupPhase=UPGRADE`);
  });

  it('hangs: it is ended at its limit with everything that it has started', async () => {
    withBatch('echo waiting', 'cmd /c ping -n 600 127.0.0.1 >nul', String.raw`echo went on >C:\WENT.ON`);
    const message = await refusal({ timeout: '3s' });
    expect(message).toContain(
      'did not end within 3 s and was ended with its processes (its last words: waiting)',
    );
    await until(
      'its processes are gone',
      async () => !(await server.run('tasklist.exe', '/fo', 'csv', '/nh')).output.includes('ping.exe'),
    );
    expect(existsSync(onServer(String.raw`C:\WENT.ON`))).toBe(false);
  });

  it('dies between two files', async () => {
    withBatch(
      String.raw`copy /y "X86.BIN\00000409\APPCTL32.EXE" "%~1\X86.BIN\00000409\" >nul`,
      String.raw`del "%~1\X86.BIN\00000409\MIFWIN.EXE"`,
      'exit 0',
    );
    const message = await refusal();
    expect(message).toContain('1 of 13 files is missing in the tree: mifwin.exe');
    expect(message).toContain('11 of 13 files have another SHA-256');
  });

  it('copies a file that is another one', async () => {
    writeFileSync(
      onServer(upgradeBat),
      readFileSync(sample, 'latin1').replace(':mark', `:mark\r\necho torn>"%SHARE%\\%BIN%\\PCM32R.DLL"`),
    );
    expect(await refusal()).toContain('1 of 13 files has another SHA-256: pcm32r.dll; nothing is staged');
  });

  it('does not change SMS.INI', async () => {
    rmSync(join(onServer(pack), 'X86.BIN/CLI_NT.EXE'));
    const message = await refusal();
    expect(message).not.toContain('SHA-256');
    expect(message).toContain(String.raw`C:\\SMS.INI says SetupPhase=INSTALLED, expected SetupPhase=UPGRADE`);
  });
});

it('marks a client as the command of its profile, and the update follows', async () => {
  mkdirSync(join(servpack.lab.folder, 'tree'), { recursive: true });
  cpSync(servpack.lab.servers[0]?.share ?? '', join(servpack.lab.folder, 'tree'), { recursive: true });
  await servpack.stage(join(servpack.lab.folder, 'tree'), {
    release: 'by-command',
    product: 'sms-by-command',
    servicePack: 4,
    components,
  });
  await servpack.startWorker('worker');
  await servpack.begin(
    campaignText({ campaign: 'marks', clients: [client], ladder: 'wait', release: 'by-command' }),
  );
  await until(
    'the campaign has ended',
    async () => (await servpack.report('marks')).status === 'ended',
    servpack.why,
  );
  expect((await servpack.report('marks')).clients).toMatchObject([{ client: client.id, end: 'upgraded' }]);
  expect(settingOf(client, 'SetupPhase')).toBe('INSTALLED');
  expect(fileOf(client, String.raw`C:\MS\SMS\BIN\CSDVER.SMS`)).toContain('Service Pack 4');
});
