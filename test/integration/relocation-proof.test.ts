import { expect, test } from 'vitest';
import type { Service } from '../../shared/domain/observation/observation.ts';
import { type Change, type Gateway, type GatewayResult, targetOf } from '../../shared/execution/gateway.ts';
import { changedGateway } from '../fixtures/changed-gateway.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { failure } from '../../workers/gateways/windows-ssh/connection/client.ts';
import { serviceSteps } from '../../shared/execution/remediation/relocate.ts';
import type { StepContext } from '../../shared/execution/command-context.ts';
import { preImage, rules } from '../domain/given.ts';
import { administrators } from '../../orchestrator/simulation/machines/permissions.ts';
import { oneClient } from '../fixtures/one-client.ts';
import { patienceMs } from '../environment/patience.ts';

/**
 * A relocation succeeds only when the service keeps its settings and the right file runs. Otherwise
 * everything is as before.
 */

const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const other = 'C:\\MS\\SMS\\BIN\\APPCTL32.EXE';
const moved = 'C:\\SMS_PCM\\pcmsvc32.exe';

type One = Awaited<ReturnType<typeof oneClient>>;

async function expectAsBefore({ fleet, client }: One): Promise<void> {
  const truth = await fleet.clientTruth(client);
  expect(truth?.services).toEqual(truth?.servicesAtFirst);
  expect(truth?.intent).toBeNull();
}

/** Like a machine whose tools install the service again when its path changes. */
const losing = (change: (service: Service) => Service) => (inner: Gateway) =>
  changedGateway(inner, (gateway) => ({
    readService: async (target, service, signal, keys): Promise<GatewayResult<Service | null>> => {
      const read = await gateway.readService(target, service, signal, keys);
      return read.ok && read.value?.imagePath === moved ? { ok: true, value: change(read.value) } : read;
    },
  }));

test.each<[string, (service: Service) => Service, string]>([
  [
    'its recovery actions',
    ({ kept = {}, ...rest }) => ({ ...rest, kept: { ...kept, failureactions: '00' } }),
    'failureactions 00',
  ],
  ['everything that belongs to it', ({ kept: _kept, ...rest }) => rest, 'tracefilename is gone'],
  ['its account', (service) => ({ ...service, account: 'NobodyWeKnow' }), 'account NobodyWeKnow'],
  ['what it depends on', (service) => ({ ...service, dependsOn: [] }), 'dependencies'],
])('a service that loses %s is moved back', async (_what, change, words) => {
  await using one = await oneClient('pcmInBin', {}, losing(change));
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at prove' });
  expect(JSON.stringify(upgrade.state)).toContain(words);
  await expectAsBefore(one);
});

test('a file that a user put into the new directory before it was protected does not run', async () => {
  await using one = await oneClient('pcmInBin', {}, (inner) =>
    changedGateway(inner, (gateway) => ({
      protectDirectory: async (change: Change, path: string, allowed: readonly string[] | null) => {
        await gateway.copyFile(change, other, moved);
        return gateway.protectDirectory(change, path, allowed);
      },
    })),
  );
  const before = (await one.fleet.clientTruth(one.client))?.files['pcmsvc32.exe'];
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'upgraded' });
  const truth = await one.fleet.clientTruth(one.client);
  expect(truth?.otherFiles[moved.toLowerCase()]).toBe(before);
});

test('a library that a user left in the new directory is not loaded: the service is moved back, and the reason names the library', async () => {
  await using one = await oneClient('pcmInBin');
  one.fleet.plant(one.client, 'C:\\SMS_PCM\\PLANTED.DLL');
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at record' });
  expect(JSON.stringify(upgrade.state)).toMatch(
    /holds planted\.dll, which servpack did not bring: take it away or give the profile another relocateTo/i,
  );
  await expectAsBefore(one);
  const truth = await one.fleet.clientTruth(one.client);
  expect(Object.keys(truth?.otherFiles ?? {}).filter((path) => path.startsWith('c:\\sms_pcm'))).toEqual([
    'c:\\sms_pcm\\planted.dll',
  ]);
  // The service was not even stopped.
  const ops = truth?.journal.map(({ op }) => op) ?? [];
  expect(ops).not.toContain('stopService');
});

test('a directory that a user owned belongs to administrators when a service runs from it', async () => {
  await using one = await oneClient('pcmInBin');
  one.fleet.plant(one.client, moved);
  expect((await one.fleet.clientTruth(one.client))?.protectedDirectories).toEqual([]);
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'upgraded' });
  const truth = await one.fleet.clientTruth(one.client);
  expect(truth?.protectedDirectories).toEqual(['c:\\sms_pcm']);
  expect(truth?.permissions[moved.toLowerCase()]).toEqual({
    owner: administrators,
    entries: [],
    inherits: true,
  });
});

test('a new directory of two services may hold the files of both, and no third file', async () => {
  const asked: (readonly string[] | null)[] = [];
  const gateway = {
    protectDirectory: async (_change: Change, _path: string, allowed: readonly string[] | null) => {
      asked.push(allowed);
      return failure('failed', 'it only wants to know');
    },
  } as unknown as Gateway;
  const { relocatable } = rules.product;
  const product = {
    ...rules.product,
    relocatable: {
      ...relocatable,
      second: { executable: 'second.exe', to: 'c:\\sms_pcm', keys: [] },
      elsewhere: { executable: 'elsewhere.exe', to: 'C:\\OTHER', keys: [] },
    },
  };
  const context = { rules: { ...rules, product }, gateway } as unknown as StepContext;
  await serviceSteps.protect?.(context, name, { ...preImage, to: moved });
  expect(new Set(asked[0])).toEqual(new Set(['pcmsvc32.exe', 'second.exe']));
});

test('a file that was replaced in the new directory is found by the proof', async () => {
  await using one = await oneClient('pcmInBin', {}, (inner) =>
    changedGateway(inner, (gateway) => ({
      startService: async (change: Change, service: string) => {
        if ((await gateway.hashFile(change.target, moved, change.signal)).ok)
          await gateway.copyFile(change, other, moved);
        return gateway.startService(change, service);
      },
    })),
  );
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at prove' });
  expect(JSON.stringify(upgrade.state)).toContain('is another file');
  await expectAsBefore(one);
});

test('a service without a process in the new directory has not moved, whatever its settings are', async () => {
  await using one = await oneClient('pcmInBin', {}, (inner) =>
    changedGateway(inner, (gateway) => ({
      look: async (target, request, signal) => {
        const seen = await gateway.look(target, request, signal);
        return seen.ok && request.componentDirectory === 'C:\\SMS_PCM'
          ? { ok: true, value: { ...seen.value, processes: [] } }
          : seen;
      },
    })),
  );
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at prove' });
  await expectAsBefore(one);
});

test.each(['relocation', 'workaround'] as const)(
  'a service with a delayed start keeps it: %s',
  async (step) => {
    await using one = await oneClient('pcmInBin', { ladder: ['wait', step], structural: 'atOnce' });
    await using gateway = disposed(connectSimulatedGateway({ port: one.fleet.port }));
    const target = targetOf({ client: one.client, host: one.client });
    const change = {
      target,
      fence: { counter: 0, owner: 'somebody' },
      signal: AbortSignal.timeout(patienceMs),
    };
    expect(await gateway.configureService(change, name, { startType: 'delayed' })).toMatchObject({
      ok: true,
    });
    const { upgrade } = await one.settle();
    expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'upgraded' });
    const truth = await one.fleet.clientTruth(one.client);
    const [is, was] = [truth?.services, truth?.servicesAtFirst].map((all) =>
      all?.find((each) => each.name === name),
    );
    expect(is).toMatchObject({ startType: 'delayed', account: was?.account, kept: was?.kept, running: true });
  },
);

const disposed = (gateway: Gateway): Gateway & AsyncDisposable =>
  Object.assign(gateway, { [Symbol.asyncDispose]: () => gateway.close() });
