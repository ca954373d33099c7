import { setTimeout as pause } from 'node:timers/promises';
import { labClock } from '../../shared/clock.ts';
import { targetOf } from '../../workers/gateways/gateway.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { fingerprintOf, parseKnownHosts } from '../../workers/gateways/windows-ssh/known-hosts.ts';
import type { SshSettings } from '../../workers/gateways/windows-ssh/settings.ts';
import { contentOf } from '../lab/fleet/disk.ts';
import { stagedRelease } from '../lab/fleet/logon-server.ts';
import { Machines } from '../lab/fleet/machines.ts';
import { type Trait, traitOf } from '../lab/fleet/traits.ts';
import { closedPort, makeDoorKeys, openDoor } from '../lab/ssh/server.ts';
import { smsMethods } from '../products/given.ts';
import type { ContractClients } from './contract-clients.ts';
import { gatewayContract } from './gateway.contract.ts';

/** The same contract over real SSH on loopback: what goes over the line is cmd.exe's, and a model of cmd.exe runs it on the lab fleet's machines. */
const seed = 'contract';
const mondayAtFive = Date.UTC(2026, 10, 23, 5);
const keys = makeDoorKeys();

function clientWith(trait: Trait): string {
  const names = Array.from({ length: 1_000 }, (_, n) => `PC${n}`);
  return names.find((client) => traitOf(seed, client) === trait) ?? '';
}

const settings: SshSettings = {
  user: 'servpack',
  privateKey: keys.userKey,
  passphrase: null,
  agent: null,
  password: null,
  knownHosts: parseKnownHosts(''),
  trustInto: null,
  port: 22,
  timeouts: { connect: 5_000, handshake: 10_000, keepalive: 15_000, idle: 5_000 },
  handshakes: 10,
};

async function openClients(): Promise<ContractClients> {
  const client = clientWith('pcmInBin');
  const machines = new Machines({
    rows: [{ client, host: client, logonServer: 'LS1', zone: 'UTC', role: 'workstation' }],
    seed,
    clock: labClock({ labAt: mondayAtFive, realAt: Date.now(), speed: 5_000 }),
    startedAt: mondayAtFive,
    traits: 'usual',
    release: stagedRelease(new Map([['PCM32R.DLL', contentOf('new')]])),
    checkIn: () => undefined,
  });
  const machine = machines.find(client);
  if (machine === undefined) throw new Error('no such client');
  const door = await openDoor(machines, machine, keys);
  const connect = () => connectSshGateway({ settings, deadlineMs: 15_000 });
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
      await door.close();
      machines.stop();
    },
  };
}

gatewayContract('windows-ssh on the model', openClients);
