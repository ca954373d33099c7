import { patienceMs } from '../environment/patience.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { labClock } from '../../shared/clock.ts';
import { ok } from '../../shared/errors.ts';
import { sha256 } from '../../shared/evidence.ts';
import type { SpareMachine } from '../../workers/certify/spare-machine.ts';
import type { PointFound } from '../../shared/certify-protocol.ts';
import { certify } from '../../workers/certify/certify.ts';
import { points } from '../../workers/certify/points.ts';
import { type Gateway, targetOf } from '../../shared/execution/gateway.ts';
import { failure } from '../../workers/gateways/windows-ssh/connection/client.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { contentOf } from '../../orchestrator/simulation/machines/disk.ts';
import { stagedRelease } from '../../orchestrator/simulation/machines/logon-server.ts';
import { type Fleet, startFleet } from '../lab/fleet/start-fleet.ts';
import { smsProfile } from '../products/given.ts';
import { clientWith } from '../fixtures/clients-with.ts';
import { lookRequest } from '../../shared/execution/observation/observe-client.ts';

/**
 * `servpack certify` on a machine of the lab. A free machine must pass; a machine with a wrong
 * answer must not.
 */
const mondayAtFive = Date.UTC(2026, 10, 23, 5);
const client = clientWith('pcmInBin');
const all = { changes: true, restart: true };

let fleet: Fleet;
let machine: SpareMachine;
let here: string;
beforeEach(async () => {
  here = mkdtempSync(join(tmpdir(), 'servpack-certify-'));
  const path = join(here, 'sample.txt');
  writeFileSync(path, 'sample');
  fleet = await startFleet({
    rows: [{ client, host: client, logonServer: 'LS1', zone: 'UTC', role: 'workstation' }],
    seed: 'one',
    startedAt: mondayAtFive,
    clock: labClock({ labAt: mondayAtFive, realAt: Date.now(), speed: 5_000 }),
    release: stagedRelease(new Map([['PCM32R.DLL', contentOf('new')]])),
  });
  machine = {
    gateway: connectSimulatedGateway({ port: fleet.port }),
    target: targetOf({ client, host: client }),
    request: lookRequest(smsProfile(), []),
    file: 'PCM32R.DLL',
    service: 'SMS_PACKAGE_COMMAND_MANAGER_NT',
    folder: 'C:\\ServpackCertify',
    sample: { path, sha256: sha256('sample') },
    fenceCounter: 1_000,
    signal: AbortSignal.timeout(patienceMs),
    wait: () => breathe(),
  };
});
afterEach(async () => {
  await machine.gateway.close();
  await fleet.close();
  rmSync(here, { recursive: true });
});

const differing = (found: readonly PointFound[]) =>
  found.filter(({ end }) => end === 'differs').map(({ says, because }) => `${says}: ${because}`);

describe('certify', () => {
  it('finds that every point holds, and leaves the machine as it was', async () => {
    const before = await fleet.clientTruth(client);
    const told: PointFound[] = [];
    const { points: found, left } = await certify(machine, all, (each) => told.push(each));
    expect(differing(found)).toEqual([]);
    expect(found.map(({ end }) => end)).toEqual(points.map(() => 'holds'));
    expect(told).toEqual(found);
    expect(left).toEqual([]);
    const after = await fleet.clientTruth(client);
    for (const what of ['files', 'otherFiles', 'services', 'protectedDirectories', 'intent'] as const)
      expect(after?.[what]).toEqual(before?.[what]);
    expect(after?.boots).toBe((before?.boots ?? 0) + 2);
  });

  const monitor = {
    name: 'PACKAGE_MONITOR',
    imagePath: 'C:\\MONITOR\\PKGMON.EXE',
    startType: 'automatic',
    account: 'LocalSystem',
    dependsOn: ['SMS_PACKAGE_COMMAND_MANAGER_NT'],
  } as const;
  const reporter = { ...monitor, name: 'PACKAGE_REPORTER', dependsOn: [monitor.name] } as const;
  const withGateway = (more: Partial<Gateway>): SpareMachine => ({
    ...machine,
    gateway: { ...machine.gateway, ...more },
  });
  const runningOn = async () =>
    (await fleet.clientTruth(client))?.services
      .filter((each) => each.running)
      .map(({ name }) => name)
      .toSorted();

  it('stops what depends on the service before it, and starts all of it again in order', async () => {
    for (const service of [monitor, reporter]) fleet.addService(client, service);
    const before = await runningOn();
    expect(before).toEqual(expect.arrayContaining([monitor.name, reporter.name]));
    const { points: found } = await certify(machine, all, () => undefined);
    expect(differing(found)).toEqual([]);
    expect(await runningOn()).toEqual(before);
    // Also where a point fails while everything is stopped.
    const lie = { uninstallService: async () => ok(undefined) };
    const { points: lied } = await certify(
      { ...withGateway(lie), fenceCounter: 2_000 },
      all,
      () => undefined,
    );
    expect(differing(lied).join('\n')).toContain('the service that was deleted');
    expect(differing(lied).join('\n')).not.toContain('NOT PUT BACK');
    expect(await runningOn()).toEqual(before);
  });

  it.each([
    ['disabled', { startType: 'disabled' }, 'is disabled and runs: after a stop it could not be started'],
    ['on its way down', { state: 'stopPending' }, 'is stopping, must be running'],
  ] as const)('touches no service whose dependant is %s', async (_what, change, words) => {
    fleet.addService(client, monitor);
    const readService: Gateway['readService'] = async (target, name, ...more) => {
      const read = await machine.gateway.readService(target, name, ...more);
      if (!read.ok || read.value?.name !== monitor.name) return read;
      return ok({ ...read.value, ...change });
    };
    const { points: found } = await certify(withGateway({ readService }), all, () => undefined);
    const refused = differing(found);
    expect(refused).toHaveLength(5);
    for (const each of refused)
      expect(each).toContain(`PACKAGE_MONITOR, which depends on ${machine.service}, ${words}`);
    const ops = (await fleet.clientTruth(client))?.journal.map(({ op }) => op) ?? [];
    expect(ops.filter((op) => op === 'stopService' || op === 'startService')).toEqual([]);
  });

  it('only reads unless changes are allowed', async () => {
    const { points: found } = await certify(machine, { changes: false, restart: false }, () => undefined);
    expect(found.filter(({ end }) => end === 'holds').length).toBeGreaterThan(2);
    expect(found.filter(({ because }) => because.includes('only read')).length).toBeGreaterThan(5);
    expect((await fleet.clientTruth(client))?.journal).toEqual([]);
  });

  it('changes only the named service, and restarts only when restarts are allowed', async () => {
    await certify({ ...machine, service: null }, { changes: true, restart: false }, () => undefined);
    const ops = new Set((await fleet.clientTruth(client))?.journal.map(({ op }) => op));
    expect([...ops].filter((op) => op.includes('Service') || op === 'restart')).toEqual([]);
  });

  it.each([
    ['a hash that is always the same', { hashFile: async () => ok('0'.repeat(64)) }, 'the hash'],
    ['a stop that only says so', { stopService: async () => ok(undefined) }, 'the stopped service'],
    [
      'a service that is deleted and still there',
      { uninstallService: async () => ok(undefined) },
      'the service that was deleted',
    ],
    ['a fence that lets everybody pass', { uploadFile: async () => ok(undefined) }, 'must be fenced'],
    ['an intent that is not kept', { writeIntent: async () => ok(undefined) }, 'the record is null'],
    [
      'a service that runs on from its old place',
      { configureService: async () => ok(undefined) },
      'starting it without its file',
    ],
  ])('finds %s', async (_what, lie, words) => {
    const { points: found } = await certify(
      { ...machine, gateway: { ...machine.gateway, ...lie } },
      all,
      () => undefined,
    );
    expect(differing(found).join('\n')).toContain(words);
  });

  it('reports what it could not put back, and the value from before', async () => {
    const gateway: Gateway = {
      ...machine.gateway,
      // The start type changes to manual, and cannot be changed back.
      configureService: (where, name, settings) =>
        settings.startType === 'automatic'
          ? Promise.resolve(failure('failed', 'access is denied'))
          : machine.gateway.configureService(where, name, settings),
    };
    const { points: found } = await certify({ ...machine, gateway }, all, () => undefined);
    expect(differing(found).join('\n')).toMatch(
      /NOT PUT BACK: SMS_PACKAGE_COMMAND_MANAGER_NT had start type automatic and image path c:.*access is denied/,
    );
  });

  it('puts back what it has changed when it is aborted, and tries nothing more', async () => {
    const before = await fleet.clientTruth(client);
    const giveUp = new AbortController();
    const gateway: Gateway = {
      ...machine.gateway,
      configureService: async (where, name, settings) => {
        const done = await machine.gateway.configureService(where, name, settings);
        giveUp.abort();
        return done;
      },
    };
    const { points: found, left } = await certify(
      { ...machine, gateway, signal: giveUp.signal },
      all,
      () => undefined,
    );
    expect(left).toEqual([]);
    expect(found.filter(({ because }) => because === 'given up before').length).toBeGreaterThan(2);
    const after = await fleet.clientTruth(client);
    for (const what of ['files', 'otherFiles', 'services', 'intent', 'boots'] as const)
      expect(after?.[what]).toEqual(before?.[what]);
  });
});
