import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSmsIni } from '../../shared/products/sms-ini.ts';
import { targetOf } from '../../shared/execution/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { lookRequest } from '../../shared/execution/observation/observe-client.ts';
import { patienceMs } from '../environment/patience.ts';
import { contentOf, readFile, writeFile } from '../../orchestrator/simulation/machines/disk.ts';
import { openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';
import { settingIn, smsIniText } from '../../orchestrator/simulation/machines/sms-ini-file.ts';
import { smsMethods, smsProfile } from '../products/given.ts';
import { valueOf } from './contract-clients.ts';
import { settingsWith } from './ssh-settings.ts';

/**
 * A mark over SSH, in configuration files as people and programs leave them. The file is an
 * ordinary file of the lab's disk, so that each of its bytes can be compared.
 */
const keys = makeSshKeys();
const file = 'C:\\MS\\SMS\\DATA\\ANY.INI';
const phase = { ...smsMethods().phase, file };
const sample = smsIniText({
  setupPhase: 'installed',
  filesNotDownloaded: 'SM32.HLP',
  copyListVersion: 835_643_765,
  logonServer: 'LS1',
  bin: 'C:\\MS\\SMS\\BIN',
});

let one: Awaited<ReturnType<typeof openOneMachine>>;
let gateway: ReturnType<typeof connectSshGateway>;
beforeAll(async () => {
  one = await openOneMachine('pcmInBin', keys);
  gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
});
afterAll(async () => {
  await gateway.close();
  await one.close();
});

const target = () =>
  targetOf({
    client: one.client,
    host: '127.0.0.1',
    port: one.server.port,
    hostKeys: [fingerprintOf(keys.hostKeyBytes)],
  });
const change = () => ({
  target: target(),
  fence: { counter: 1, owner: 'driver' },
  signal: AbortSignal.timeout(patienceMs),
});
const present = (): string => readFile(one.machine.disk, file)?.text ?? '';
const place = (text: string): void =>
  writeFile(one.machine.disk, file, contentOf(Buffer.from(text, 'latin1'), text));

/** After a look the client makes the changed copy itself, where it can; else servpack brings it. */
const looks = async (): Promise<void> => {
  const request = { ...lookRequest(smsProfile(), []), configurationFile: file };
  valueOf(await gateway.look(target(), request, AbortSignal.timeout(patienceMs)));
};

describe.each([
  ['after a look', looks],
  ['without a look', () => Promise.resolve()],
])('a mark %s', (_, before) => {
  test.each([
    ['the published sample', sample, sample.replace('=installed', '=UPGRADE')],
    ['spaces around the =', '[Local]\r\nSetupPhase = installed\r\n', '[Local]\r\nSetupPhase =UPGRADE\r\n'],
    ['quotes', '[Local]\r\nSetupPhase="installed"\r\nX=1\r\n', '[Local]\r\nSetupPhase=UPGRADE\r\nX=1\r\n'],
    [
      'no such key',
      '[SMS]\r\nX=1\r\n[Local]\r\nY=2\r\n',
      '[SMS]\r\nX=1\r\n[Local]\r\nSetupPhase=UPGRADE\r\nY=2\r\n',
    ],
    ['no such section', '[SMS]\r\nX=\u00fc\r\n', '[SMS]\r\nX=\u00fc\r\n[Local]\r\nSetupPhase=UPGRADE\r\n'],
    [
      'the section twice, and the key in other sections',
      '[SMS]\r\nSetupPhase=installed\r\n[LOCAL]\r\nsetupphase=installed\r\nSetupPhase=installed\r\n[Local]\r\nSetupPhase=installed\r\n',
      '[SMS]\r\nSetupPhase=installed\r\n[LOCAL]\r\nsetupphase=UPGRADE\r\nSetupPhase=installed\r\n[Local]\r\nSetupPhase=installed\r\n',
    ],
  ])('changes one line of a file with %s, and no other byte', async (_name, text, wanted) => {
    place(text);
    await before();
    expect(await gateway.mark(change(), { kind: 'configuration', phase })).toMatchObject({ ok: true });
    expect(present()).toBe(wanted);
    expect(parseSmsIni(present()).setupPhase).toBe('upgrade');
    expect(await gateway.unmark(change(), phase)).toMatchObject({ ok: true });
    expect(settingIn(present(), 'SetupPhase')).toBe('INSTALLED');
  });
});
