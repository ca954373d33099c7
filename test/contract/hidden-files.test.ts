import { expect, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { lookRequest } from '../../shared/execution/observation/observe-client.ts';
import { patienceMs } from '../environment/patience.ts';
import { textContent, writeFile } from '../../orchestrator/simulation/machines/disk.ts';
import { openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';
import { smsProfile } from '../products/given.ts';
import { valueOf } from './contract-clients.ts';
import { settingsWith } from './ssh-settings.ts';

const keys = makeSshKeys();

// `for` of cmd.exe passes hidden files over; `dir /a` lists them.
test('a hidden component that is in use is in the way', async () => {
  const { client, machine, server, close } = await openOneMachine('free', keys);
  const gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  const target = targetOf({ client, host: '127.0.0.1', port: server.port, hostKeys });
  const name = 'HIDDEN.DLL';
  const path = `C:\\MS\\SMS\\BIN\\${name}`;
  writeFile(machine.disk, path, textContent('hidden'));
  machine.hidden = new Set([path.toLowerCase()]);
  const locked = async (): Promise<readonly string[]> =>
    valueOf(await gateway.look(target, lookRequest(smsProfile(), []), AbortSignal.timeout(patienceMs)))
      .locked;
  const before = await locked();
  machine.processes = [
    ...machine.processes,
    { imagePath: path, pid: 7_777, session: 1, user: 'LAB\\anna', startedAt: 0 },
  ];
  const after = await locked();
  await gateway.close();
  await close();
  expect(before).not.toContain(name.toLowerCase());
  expect(after).toContain(name.toLowerCase());
});
