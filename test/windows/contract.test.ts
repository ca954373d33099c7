import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { windowsPatienceMs } from '../environment/patience.ts';
import type { ContractClients } from '../contract/contract-clients.ts';
import { gatewayContract } from '../contract/gateway.contract.ts';
import type { WindowsClient } from '../lab/windows/client.ts';
import { startWindowsLab, type WindowsLab } from '../lab/windows/lab.ts';
import { plantOn, rightsOn } from './rights.ts';
import { sshSettingsOf } from './ssh.ts';
import { smsMethods } from '../products/given.ts';

/** The contract of every gateway, on clients made of Wine behind real sshds. */
const deadlineMs = windowsPatienceMs;
/** Beside the lab that somebody looks around in. */
const block = '127.0.91';
const port = 2_291;

let lab: WindowsLab;
let gone: WindowsClient;

beforeAll(async () => {
  // A direct run reads the share, as by a login with a password.
  lab = await startWindowsLab({ traits: [], block, port, readsShares: true });
  gone = await lab.add('free', { isOn: false });
});
afterAll(() => lab.close());

const targetTo = ({ id, place, fingerprint }: WindowsClient) =>
  targetOf({ client: id, host: place.address, port: place.port, hostKeys: [fingerprint] });

async function openClients(): Promise<ContractClients> {
  const client = await lab.add('pcmInBin');
  // A service that is installed anew must not need a password.
  await client.run('sc.exe', 'config', 'SMS_PACKAGE_COMMAND_MANAGER_NT', 'obj=', 'LocalSystem');
  const connect = () => connectSshGateway({ settings: sshSettingsOf(lab, port), deadlineMs });
  const gateway = connect();
  return {
    gateway,
    connect,
    target: targetTo(client),
    gone: targetTo(gone),
    componentDirectory: 'C:\\MS\\SMS\\BIN',
    file: 'PCM32R.DLL',
    service: { name: 'SMS_PACKAGE_COMMAND_MANAGER_NT', executable: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE' },
    methods: smsMethods(),
    newDirectory: 'C:\\SMS_PCM',
    plant: async (path) => plantOn(client, path),
    rightsOf: async (path) => rightsOn(client, path),
    fence: 1,
    breathe: () => pause(200),
    close: async () => {
      await gateway.close();
      await lab.remove(client);
    },
  };
}

gatewayContract('windows-ssh on Wine', openClients, deadlineMs);
