import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { plant } from '../../orchestrator/simulation/machines/permissions.ts';
import { openOneMachine, type OneMachine } from '../lab/ssh/one-machine.ts';
import type { Batch } from '../lab/ssh/running-lines.ts';
import { closedPort, makeSshKeys } from '../lab/ssh/server.ts';
import { at, components, refusal, staged, useUnstagedRelease, withLine } from './unstaged-release.ts';

/**
 * `release stage` on Linux, whose upgrade command is a batch file of the site server: over real SSH
 * on loopback, to the lab's model of a Windows server.
 */
const keys = makeSshKeys();
const pin = fingerprintOf(keys.hostKeyBytes);
const upgradeBat = String.raw`D:\SMS SP4\UPGRADE.BAT`;

/** The share is a folder that this machine has mounted. */
const bringsAll: Batch = async (args, { out }) => {
  await cp(at('service-pack'), at('logon.srv'), { recursive: true });
  out.write(`staging on ${args}\r\n`);
  return 0;
};

let server: OneMachine;
let batch: Batch;

useUnstagedRelease();

beforeEach(async () => {
  batch = bringsAll;
  const batches = { 'upgrade.bat': (...given: Parameters<Batch>) => batch(...given) };
  server = await openOneMachine('pcmInBin', keys, { role: 'server', batches });
  plant(server.machine, upgradeBat);
  await writeFile(at('id'), keys.userKey);
  await chmod(at('id'), 0o600);
  await writeFile(at('ssh.yaml'), 'user: servpack\nkeyFile: id\n');
  process.env['SERVPACK_SSH_CONFIG'] = at('ssh.yaml');
});
afterEach(async () => {
  delete process.env['SERVPACK_SSH_CONFIG'];
  await server.close();
});

/** The sample release, staged by a batch file of the site server. */
async function onHost({
  port = server.server.port,
  hostKeys = [pin],
  timeout = '20s',
} = {}): Promise<string> {
  const lines = [
    'upgrade:',
    '  host: 127.0.0.1',
    `  port: ${port}`,
    `  hostKeys: [${hostKeys.join(', ')}]`,
    `  command: ['${upgradeBat}', 'D:\\SMS\\LOGON.SRV']`,
    `  timeout: ${timeout}`,
    '  proof:',
    `    files: ./service-pack/${components}`,
    '    values: [{ file: cl_nt.txt, key: CopyListVersion, is: 876355200 }]',
    '',
  ];
  return withLine(/^upgrade:[^]*/m, lines.join('\n'));
}

describe('an upgrade command on the site server', () => {
  test('stages the release; its exit code and its output are the evidence', async () => {
    const { release, evidence } = await staged(await onHost());
    expect(release.files).toHaveLength(13);
    expect(release.siteWide).toBe(true);
    expect(evidence).toMatchObject({ exitCode: 0, output: 'staging on D:\\SMS\\LOGON.SRV\r\n' });
  });

  test('stages nothing when it fails, and says its exit code and its last words', async () => {
    batch = (_args, { error }) => (error.write('Access is denied.\r\n'), 5);
    const { code, message, cause } = await refusal(await onHost());
    expect(code).toBe('upgradeFailed');
    expect(message).toBe(
      `the upgrade command ${upgradeBat} on 127.0.0.1 ended with exit code 5 (its last words: Access is denied.); nothing is staged; mend the cause, then stage the release again`,
    );
    expect(cause).toMatchObject({ exitCode: 5, output: 'Access is denied.\r\n' });
  });

  test('is ended with its processes at its limit', async () => {
    let wasKilled = false;
    batch = (_args, { out }, killed) => {
      out.write('waiting\r\n');
      killed.addEventListener('abort', () => (wasKilled = true));
      return new Promise(() => undefined);
    };
    const { code, message } = await refusal(await onHost({ timeout: '1s' }));
    expect(code).toBe('upgradeTimedOut');
    expect(message).toContain(
      'did not end within 1 s and was ended with its processes (its last words: waiting)',
    );
    expect(wasKilled).toBe(true);
  });

  test('is ended with its processes when the orchestrator stops', async () => {
    const stop = new AbortController();
    batch = (_args, _streams, killed) => {
      stop.abort();
      return new Promise((resolve) => killed.addEventListener('abort', () => resolve(1)));
    };
    expect((await refusal(await onHost(), stop.signal)).code).toBe('upgradeStopped');
  });

  test.each([
    [
      'another host key',
      async () => onHost({ hostKeys: [`SHA256:${'A'.repeat(43)}`] }),
      /host key|fingerprint|key/,
    ],
    ['no sshd', async () => onHost({ port: await closedPort() }), /nothing listens there/],
  ])('does not run on a server with %s', async (_, file, words) => {
    const { code, message } = await refusal(await file());
    expect(code).toBe('upgradeNotStarted');
    expect(message).toMatch(words);
    expect(message).toMatch(/; nothing is staged/);
  });

  test('does not run without a login', async () => {
    delete process.env['SERVPACK_SSH_CONFIG'];
    const { code, message } = await refusal(await onHost());
    expect(code).toBe('config.ssh');
    expect(message).toContain('SERVPACK_SSH_CONFIG of the orchestrator does not say how to log in there');
  });

  test('with a word that cmd.exe would read as more than a word is refused', async () => {
    const { message } = await refusal(
      await withLine(/command: .*/, 'command: []')
        .then(() => onHost())
        .then(() => withLine(/command: .*/, `command: ['${upgradeBat}', '%TEMP%']`)),
    );
    expect(message).toContain('"%TEMP%" cannot be put on a command line');
  });
});

describe('an upgrade command that loses its exit code', () => {
  const first = 'APPCTL32.EXE';

  test('is half done where files did not arrive', async () => {
    batch = async (_args, { out }) => {
      await cp(at('service-pack', components, first), at('logon.srv', components, first));
      out.write('The service pack is installed.\r\n');
      return 0;
    };
    const { code, message, cause } = await refusal(await onHost());
    expect(code).toBe('upgradeHalfDone');
    expect(message).toContain(
      '12 of 13 files have another SHA-256: _clmon32.dll, _edtinnt.dll, appres32.dll, climonnt.exe, csdver.sms and 7 more',
    );
    expect(message).toContain('cl_nt.txt says CopyListVersion=835643765, expected CopyListVersion=876355200');
    expect(message).toContain('nothing is staged; read what the command says, mend the cause, then stage');
    expect(cause).toMatchObject({ output: 'The service pack is installed.\r\n' });
  });

  test('is half done where the copy list version did not change', async () => {
    batch = async () => {
      await cp(at('service-pack', components), at('logon.srv', components), { recursive: true });
      return 0;
    };
    const { message } = await refusal(await onHost());
    expect(message).not.toContain('SHA-256');
    expect(message).toContain('cl_nt.txt says CopyListVersion=835643765');
  });

  test('is half done where a line of the server is not as it must be', async () => {
    await onHost();
    const ini = { file: String.raw`C:\SMS.INI`, section: 'Local', key: 'SetupPhase', is: 'UPGRADE' };
    const { message } = await refusal(
      await withLine(/values: .*/, `values: [${JSON.stringify(ini)}, { file: no.ini, key: A, is: 1 }]`),
    );
    expect(message).toContain(String.raw`C:\SMS.INI says SetupPhase=`);
    expect(message).toContain('there is no no.ini');
  });

  test('is half done where the components name another service pack', async () => {
    await onHost();
    await withLine(/servicePack: 4/, 'servicePack: 3');
    const { message } = await refusal(await withLine(/ {2}proof:[^]*/, ''));
    expect(message).toContain('CSDVER.SMS names service pack 4, and the release file names 3');
  });

  test('is half done on this machine, too', async () => {
    await mkdir(at('more'));
    await writeFile(at('more', 'NEW.DLL'), 'new');
    const { code, message } = await refusal(
      await withLine(/timeout: .*/, 'timeout: 10s\n  proof: { files: ./more }'),
    );
    expect(code).toBe('upgradeHalfDone');
    expect(message).toContain('1 of 1 file is missing in the tree: new.dll');
  });
});
