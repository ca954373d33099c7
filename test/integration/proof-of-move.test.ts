import { expect, test } from 'vitest';
import type { Service } from '../../shared/domain/observation.ts';
import { type Change, type Gateway, type GatewayResult, targetOf } from '../../workers/gateways/gateway.ts';
import { connectSimulatedGateway } from '../../workers/gateways/simulated/gateway.ts';
import { oneClient } from './one-client.ts';

/** A relocation is whole only when nothing of the service was lost and the right file runs; else all is as it was. */

const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const other = 'C:\\MS\\SMS\\BIN\\APPCTL32.EXE';
const moved = 'C:\\SMS_PCM\\pcmsvc32.exe';

/** The same gateway with some calls of its own. */
const having = (inner: Gateway, own: (inner: Gateway) => Partial<Gateway>): Gateway => {
  const calls = own(inner);
  return new Proxy(inner, {
    get: (target, call: keyof Gateway) => calls[call] ?? target[call].bind(target),
  });
};

type One = Awaited<ReturnType<typeof oneClient>>;

async function expectAsBefore({ fleet, client }: One): Promise<void> {
  const truth = await fleet.clientTruth(client);
  expect(truth?.services).toEqual(truth?.servicesAtFirst);
  expect(truth?.intent).toBeNull();
}

/** As a machine whose tools install the service anew when its path changes. */
const losing = (change: (service: Service) => Service) => (inner: Gateway) =>
  having(inner, (gateway) => ({
    readService: async (target, service, signal, keys): Promise<GatewayResult<Service>> => {
      const read = await gateway.readService(target, service, signal, keys);
      return read.ok && read.value.imagePath === moved ? { ok: true, value: change(read.value) } : read;
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
])('a service that loses %s goes back', async (_what, change, words) => {
  await using one = await oneClient('pcmInBin', {}, losing(change));
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'needsAttention', cause: 'relocation failed at prove' });
  expect(JSON.stringify(upgrade.state)).toContain(words);
  await expectAsBefore(one);
});

test('a file that somebody put into the new directory before it was protected is not what runs', async () => {
  await using one = await oneClient('pcmInBin', {}, (inner) =>
    having(inner, (gateway) => ({
      protectDirectory: async (change: Change, path: string) => {
        await gateway.copyFile(change, other, moved);
        return gateway.protectDirectory(change, path);
      },
    })),
  );
  const before = (await one.fleet.clientTruth(one.client))?.files['pcmsvc32.exe'];
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'upgraded' });
  const truth = await one.fleet.clientTruth(one.client);
  expect(truth?.otherFiles[moved.toLowerCase()]).toBe(before);
});

test('another file in its place is found by the proof, whoever put it there', async () => {
  await using one = await oneClient('pcmInBin', {}, (inner) =>
    having(inner, (gateway) => ({
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

test('a service whose process is not seen in the new directory has not moved, whatever its settings say', async () => {
  await using one = await oneClient('pcmInBin', {}, (inner) =>
    having(inner, (gateway) => ({
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

test.each(['relocation', 'workaround'] as const)('a delayed start stays one: %s', async (step) => {
  await using one = await oneClient('pcmInBin', { ladder: ['wait', step], structural: 'atOnce' });
  await using gateway = disposed(connectSimulatedGateway({ port: one.fleet.port }));
  const target = targetOf({ client: one.client, host: one.client });
  const change = { target, fence: { counter: 0, owner: 'somebody' }, signal: AbortSignal.timeout(15_000) };
  expect(await gateway.configureService(change, name, { startType: 'delayed' })).toMatchObject({ ok: true });
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ phase: 'settled', end: 'upgraded' });
  const truth = await one.fleet.clientTruth(one.client);
  const [is, was] = [truth?.services, truth?.servicesAtFirst].map((all) =>
    all?.find((each) => each.name === name),
  );
  expect(is).toMatchObject({ startType: 'delayed', account: was?.account, kept: was?.kept, running: true });
});

const disposed = (gateway: Gateway): Gateway & AsyncDisposable =>
  Object.assign(gateway, { [Symbol.asyncDispose]: () => gateway.close() });
