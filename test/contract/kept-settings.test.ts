import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Service } from '../../shared/domain/observation/observation.ts';
import { type Change, type Gateway, targetOf } from '../../shared/execution/gateway.ts';
import { connectSshGateway } from '../../workers/gateways/windows-ssh/gateway.ts';
import { fingerprintOf } from '../../workers/gateways/windows-ssh/config/known-hosts.ts';
import { startFleet } from '../lab/fleet/start-fleet.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { labClock } from '../../shared/clock.ts';
import { openOneMachine } from '../lab/ssh/one-machine.ts';
import { makeSshKeys } from '../lab/ssh/server.ts';
import { stagedRelease } from '../../orchestrator/simulation/machines/logon-server.ts';
import { clientWith } from '../fixtures/clients-with.ts';
import { settingsWith } from './ssh-settings.ts';
import { valueOf } from './contract-clients.ts';
import { patienceMs } from '../environment/patience.ts';

/**
 * What Windows stores of a service besides start type, path and account: recovery actions, and
 * keys that belong to it.
 */

/** The service; the test fails when it does not exist. */
const there = (service: Service | null): Service => service ?? expect.fail('there is no such service');

const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const key = `HKLM\\SOFTWARE\\Microsoft\\SMS\\TRACING\\${name}`;
const traced = `hkey_local_machine\\software\\microsoft\\sms\\tracing\\${name.toLowerCase()}`;
const mondayAtFive = Date.UTC(2026, 10, 23, 5);

interface Lab {
  readonly gateway: Gateway;
  readonly change: Change;
  readonly close: () => Promise<void>;
}

const changeOn = (target: Change['target']): Change => ({
  target,
  fence: { counter: 1, owner: 'driver' },
  signal: AbortSignal.timeout(patienceMs),
});

async function overSsh(): Promise<Lab> {
  const keys = makeSshKeys();
  const { client, server, close } = await openOneMachine('pcmInBin', keys);
  const gateway = connectSshGateway({ settings: settingsWith(keys), deadlineMs: patienceMs });
  const hostKeys = [fingerprintOf(keys.hostKeyBytes)];
  return {
    gateway,
    change: changeOn(targetOf({ client, host: '127.0.0.1', port: server.port, hostKeys })),
    close: () => gateway.close().then(close),
  };
}

async function simulated(): Promise<Lab> {
  const client = clientWith('pcmInBin');
  const fleet = await startFleet({
    rows: [{ client, host: client, logonServer: 'LS1', zone: 'UTC', role: 'workstation' }],
    seed: 'one',
    startedAt: mondayAtFive,
    clock: labClock({ labAt: mondayAtFive, realAt: Date.now(), speed: 5_000 }),
    release: stagedRelease(new Map()),
  });
  const gateway = connectSimulatedGateway({ port: fleet.port });
  return {
    gateway,
    change: changeOn(targetOf({ client, host: client })),
    close: () => gateway.close().then(() => fleet.close()),
  };
}

describe.each([
  ['over SSH on the model', overSsh],
  ['from the simulated fleet', simulated],
])('a service that is read %s', (_gateway, open) => {
  let lab: Lab;
  beforeEach(async () => {
    lab = await open();
  });
  afterEach(() => lab.close());
  const read = async (...keys: readonly string[]): Promise<Service> =>
    there(valueOf(await lab.gateway.readService(lab.change.target, name, lab.change.signal, keys)));

  test('recovery actions and the values of an asked key are read with the service', async () => {
    expect(Object.keys((await read()).kept ?? {})).toEqual(['failureactions']);
    expect((await read(key, `${key}_NO_SUCH`)).kept).toEqual({
      failureactions: expect.stringMatching(/^[0-9A-F]{40,}$/),
      [`${traced}\\enabled`]: '0x1',
      [`${traced}\\tracefilename`]: 'C:\\MS\\SMS\\LOGS\\PACMAN.LOG',
    });
  });

  test('a delayed start is read as such, not as an automatic one, and is restored', async () => {
    const before = await read(key);
    const start = async (startType: Service['startType']): Promise<Service> => {
      valueOf(await lab.gateway.configureService(lab.change, name, { startType }));
      return read(key);
    };
    expect(await start('delayed')).toEqual({ ...before, startType: 'delayed' });
    expect(await start('manual')).toEqual({ ...before, startType: 'manual' });
    expect(await start('delayed')).toEqual({ ...before, startType: 'delayed' });
    valueOf(await lab.gateway.configureService(lab.change, name, { imagePath: 'C:\\SMS_PCM\\PCMSVC32.EXE' }));
    expect(await read(key)).toMatchObject({ startType: 'delayed', kept: before.kept });
  });
});
