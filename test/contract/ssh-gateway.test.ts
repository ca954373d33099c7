import { setTimeout as pause } from 'node:timers/promises';
import { targetOf } from '../../workers/gateways/gateway.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/known-hosts.ts';
import { openOneMachine } from '../lab/ssh/one-machine.ts';
import { closedPort, makeDoorKeys } from '../lab/ssh/server.ts';
import { smsMethods } from '../products/given.ts';
import type { ContractClients } from './contract-clients.ts';
import { gatewayContract } from './gateway.contract.ts';
import { settingsWith } from './ssh-settings.ts';

/** The same contract over real SSH on loopback: what goes over the line is cmd.exe's, and a model of cmd.exe runs it on the lab fleet's machines. */
const keys = makeDoorKeys();

async function openClients(): Promise<ContractClients> {
  const { client, door, close } = await openOneMachine('pcmInBin', keys);
  const connect = () => connectSshGateway({ settings: settingsWith(keys), deadlineMs: 15_000 });
  const gateway = connect();
  const target = (port: number) =>
    targetOf({ client, host: '127.0.0.1', port, hostKeys: [fingerprintOf(keys.hostKeyBytes)] });
  return {
    gateway,
    connect,
    target: target(door.port),
    gone: target(await closedPort()),
    componentDirectory: 'C:\\MS\\SMS\\BIN',
    file: 'PCM32R.DLL',
    service: { name: 'SMS_PACKAGE_COMMAND_MANAGER_NT', executable: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE' },
    methods: smsMethods(),
    newDirectory: 'C:\\SMS_PCM',
    fence: 1,
    breathe: () => pause(20),
    close: async () => {
      await gateway.close();
      await close();
    },
  };
}

gatewayContract('windows-ssh on the model', openClients);
