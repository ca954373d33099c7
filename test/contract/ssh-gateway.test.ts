import { patienceMs } from '../environment/patience.ts';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { permissionsOf, plant } from '../../orchestrator/simulation/machines/permissions.ts';
import type { Trait } from '../../orchestrator/simulation/machines/traits.ts';
import type { Streams } from '../lab/ssh/program.ts';
import { openOneMachine } from '../lab/ssh/one-machine.ts';
import { closedPort, makeSshKeys } from '../lab/ssh/server.ts';
import { smsMethods, smsProfile } from '../products/given.ts';
import { rightsIn } from './lab-rights.ts';
import { type ContractClients, expectFailure, valueOf } from './contract-clients.ts';
import { gatewayContract } from './gateway.contract.ts';
import { settingsWith } from './ssh-settings.ts';
import { lookRequest } from '../../shared/execution/observation/observe-client.ts';

/**
 * The gateway contract over real SSH on loopback. The gateway sends command lines of cmd.exe, and
 * the lab's model of cmd.exe runs them on machines of the lab.
 */
const keys = makeSshKeys();

async function openClients(): Promise<ContractClients> {
  const { client, machine, server, close } = await openOneMachine('pcmInBin', keys);
  machine.services = machine.services.map((service) => ({ ...service, account: 'LocalSystem' }));
  const connect = () => connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
  const gateway = connect();
  const target = (port: number) =>
    targetOf({ client, host: '127.0.0.1', port, hostKeys: [fingerprintOf(keys.hostKeyBytes)] });
  return {
    gateway,
    connect,
    target: target(server.port),
    gone: target(await closedPort()),
    componentDirectory: 'C:\\MS\\SMS\\BIN',
    file: 'PCM32R.DLL',
    service: { name: 'SMS_PACKAGE_COMMAND_MANAGER_NT', executable: 'C:\\MS\\SMS\\BIN\\PCMSVC32.EXE' },
    methods: smsMethods(),
    newDirectory: 'C:\\SMS_PCM',
    plant: async (path) => plant(machine, path),
    rightsOf: async (path) => rightsIn(permissionsOf(machine, path)),
    fence: 1,
    breathe: () => pause(20),
    close: async () => {
      await gateway.close();
      await close();
    },
  };
}

gatewayContract('windows-ssh on the model', openClients);

describe('the gateway over SSH', () => {
  const lookAt = async (trait: Trait, role: 'workstation' | 'server' = 'workstation') => {
    const { client, server, close } = await openOneMachine(trait, keys, { role });
    const gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
    const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
    const target = targetOf({ client, host: '127.0.0.1', port: server.port, hostKeys });
    const seen = await gateway.look(target, lookRequest(smsProfile(), []), AbortSignal.timeout(patienceMs));
    await gateway.close();
    await close();
    return valueOf(seen);
  };

  test('reads from the machine whether it is a server, not from the fleet file', async () => {
    expect(await lookAt('pcmInBin', 'server')).toMatchObject({ role: 'server' });
    expect(await lookAt('pcmInBin')).toMatchObject({ role: 'workstation' });
  });

  test('refuses a folder that is a link to another folder', async () => {
    const { client, machine, server, close } = await openOneMachine('pcmInBin', keys);
    const gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
    const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
    const target = targetOf({ client, host: '127.0.0.1', port: server.port, hostKeys });
    const change = {
      target,
      fence: { counter: 1, owner: 'driver' },
      signal: AbortSignal.timeout(patienceMs),
    };
    plant(machine, 'C:\\SMS_PCM\\PCMSVC32.EXE');
    machine.links = new Set(['c:\\sms_pcm']);
    const answer = await gateway.protectDirectory(change, 'C:\\SMS_PCM', null);
    machine.links = new Set(['c:\\sms_pcm\\pcmsvc32.exe']);
    const within = await gateway.protectDirectory(change, 'C:\\SMS_PCM', ['PCMSVC32.EXE']);
    await gateway.close();
    await close();
    expectFailure(answer, 'failed');
    expect(answer.ok ? '' : answer.error.message).toContain('C:\\SMS_PCM is a link');
    expect(within.ok ? '' : within.error.message).toContain(
      'holds PCMSVC32.EXE, which servpack did not bring',
    );
  });

  test('knows the exit code of a command that ends its cmd.exe, and the output before it', async () => {
    const batches = {
      'upgrade.bat': (args: string, { out }: Streams) => (out.write(`Access is denied to ${args}.\r\n`), 5),
    };
    const { client, server, close } = await openOneMachine('pcmInBin', keys, { batches });
    const gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
    const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
    const target = targetOf({ client, host: '127.0.0.1', port: server.port, hostKeys });
    const change = {
      target,
      fence: { counter: 1, owner: 'driver' },
      signal: AbortSignal.timeout(patienceMs),
    };
    const command = String.raw`"C:\Program Files\A & B (x86)\UPGRADE.BAT" /u && echo marked || exit 5`;
    const marked = await gateway.mark(change, { kind: 'command', command });
    const ran = await gateway.runUpdate(change, { mark: null, command, transcriptFile: null });
    await gateway.close();
    await close();
    expect(valueOf(marked)).toEqual({ exitCode: 5, output: 'Access is denied to /u.\r\n' });
    expect(valueOf(ran)).toMatchObject({ exitCode: 5 });
    expect(valueOf(ran).output).toContain('Access is denied to /u.');
  });

  test('reports a service that runs a package as busy', async () => {
    expect(await lookAt('pcmBusy')).toMatchObject({ packageRunning: true });
    expect(await lookAt('pcmInBin')).toMatchObject({ packageRunning: false });
  });
});
