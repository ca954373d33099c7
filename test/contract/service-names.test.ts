import { describe, expect, test } from 'vitest';
import { targetOf } from '../../shared/execution/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { patienceMs } from '../environment/patience.ts';
import { openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';
import { expectFailure, valueOf } from './contract-clients.ts';
import { serviceNames } from './service-names.ts';
import { settingsWith } from './ssh-settings.ts';

const keys = makeSshKeys();

/** A machine whose PCM service has this name. */
async function openWith(name: string) {
  const { client, machine, server, close } = await openOneMachine('pcmInBin', keys);
  machine.services = machine.services.map((service) => ({ ...service, name, account: 'LocalSystem' }));
  const gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  const target = targetOf({ client, host: '127.0.0.1', port: server.port, hostKeys });
  const signal = AbortSignal.timeout(patienceMs);
  return {
    gateway,
    target,
    signal,
    change: { target, fence: { counter: 1, owner: 'driver' }, signal },
    [Symbol.asyncDispose]: async () => {
      await gateway.close();
      await close();
    },
  };
}

describe('a service with any name that Windows allows', () => {
  test.each(serviceNames)('%j is read, stopped, changed, installed again and started', async (name) => {
    await using lab = await openWith(name);
    const { gateway, target, signal, change } = lab;
    const read = async () => valueOf(await gateway.readService(target, name, signal));
    const before = await read();
    expect(before).toMatchObject({ name, state: 'running' });
    const request = { componentDirectory: 'C:\\MS\\SMS\\BIN', files: [], services: [name] };
    expect(valueOf(await gateway.look(target, request, signal)).services).toMatchObject([{ name }]);
    // A look that does not know the service finds it by its process. The model prints Latin-1, and
    // not the characters of its code page.
    const unknown = valueOf(await gateway.look(target, { ...request, services: [] }, signal));
    const found = unknown.services.map((service) => service.name);
    expect(found).toEqual(/^[ -~]+$/.test(name) ? [name] : []);
    valueOf(await gateway.stopService(change, name));
    expect(await read()).toMatchObject({ state: 'stopped' });
    valueOf(await gateway.configureService(change, name, { startType: 'manual' }));
    expect(await read()).toMatchObject({ startType: 'manual' });
    valueOf(await gateway.uninstallService(change, name));
    expect(await read()).toBeNull();
    const { imagePath = '', account = '', dependsOn = [] } = before ?? {};
    valueOf(
      await gateway.installService(change, { name, imagePath, startType: 'automatic', account, dependsOn }),
    );
    valueOf(await gateway.startService(change, name));
    expect(await read()).toMatchObject({ name, imagePath, state: 'running', startType: 'automatic' });
  });

  test.each(['a/b', 'a\\b', ' a', 'x'.repeat(257)])('%j is no name: nothing is sent', async (name) => {
    await using lab = await openWith('A');
    expectFailure(await lab.gateway.stopService(lab.change, name), 'failed');
    expect(lab.gateway.commands()).toBe(0);
  });
});
