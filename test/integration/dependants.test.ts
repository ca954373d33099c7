import { expect, test } from 'vitest';
import type { Gateway } from '../../shared/execution/gateway.ts';
import { changedGateway } from '../fixtures/changed-gateway.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';

/**
 * Services that depend on a service that depends on the relocated one. EnumDependentServices of
 * Windows lists the whole graph, in the reverse order of the starts; other tools list the direct
 * dependants only, as Wine's own service control manager would have it.
 */

const pcm = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const monitor = 'PACKAGE_MONITOR';
const reporter = {
  name: 'PACKAGE_REPORTER',
  imagePath: 'C:\\MONITOR\\PKGMON.EXE',
  startType: 'automatic',
  account: 'LocalSystem',
  // Windows does not tell names of services apart by their case.
  dependsOn: [monitor.toLowerCase()],
} as const;

/** A service control manager whose lists of dependants are changed. */
const listing =
  (change: (name: string, neededBy: readonly string[]) => readonly string[]) => (inner: Gateway) =>
    changedGateway(inner, (gateway) => ({
      readService: async (target, name, signal, keys) => {
        const read = await gateway.readService(target, name, signal, keys);
        if (!read.ok || read.value === null) return read;
        const neededBy = change(read.value.name, read.value.neededBy ?? []);
        const { neededBy: _all, ...alone } = read.value;
        return { ok: true, value: neededBy.length === 0 ? alone : { ...alone, neededBy } };
      },
    }));

const directOnly = listing((name, all) => all.filter((each) => name !== pcm || each === monitor));
const startOrder = listing((_name, all) => all.toReversed());

async function running({ fleet, client }: OneClient): Promise<readonly string[]> {
  const truth = await fleet.clientTruth(client);
  return (truth?.services ?? []).filter((each) => each.running).map(({ name }) => name);
}

const opsOf = async ({ fleet, client }: OneClient): Promise<readonly string[]> =>
  (await fleet.clientTruth(client))?.journal.map(({ op }) => op) ?? [];

test.each<[string, (inner: Gateway) => Gateway]>([
  ['as Windows does', (inner) => inner],
  ['the direct ones only', directOnly],
  ['in the order of their starts', startOrder],
])('a service whose dependant has a dependant is relocated where the client lists %s', async (_how, wrap) => {
  await using one = await oneClient('pcmNeeded', { structural: 'atOnce' }, wrap);
  one.fleet.addService(one.client, reporter);
  const before = await running(one);
  expect(before).toEqual(expect.arrayContaining([pcm, monitor, reporter.name]));
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'upgraded' });
  expect(upgrade.memory.learned).toMatchObject({ relocation: 'done' });
  expect(await running(one)).toEqual(before);
  // Each of the three services was stopped once, so no stop was refused.
  expect((await opsOf(one)).filter((op) => op === 'stopService')).toHaveLength(3);
});

test('a dependant that runs again in the middle of the stop is stopped again', async () => {
  let isAgain = false;
  await using one = await oneClient('pcmNeeded', { structural: 'atOnce' }, (inner) =>
    changedGateway(inner, (gateway) => ({
      stopService: async (change, name) => {
        if (!isAgain && name === pcm) {
          isAgain = true;
          await gateway.startService(change, monitor);
        }
        return gateway.stopService(change, name);
      },
    })),
  );
  const before = await running(one);
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'upgraded' });
  expect(upgrade.memory.history.deferrals.busy).toBeUndefined();
  expect(await running(one)).toEqual(before);
});

test('a dependant that another person has started since the record is left alone and named', async () => {
  let isStarted = false;
  await using one: OneClient = await oneClient('pcmNeeded', { structural: 'atOnce' }, (inner) =>
    changedGateway(inner, (gateway) => ({
      stopService: async (change, name) => {
        if (!isStarted) {
          isStarted = true;
          one.fleet.addService(one.client, { ...reporter, dependsOn: [pcm] });
        }
        return gateway.stopService(change, name);
      },
    })),
  );
  for (let jobs = 0; jobs < 20 && (await one.stored()).upgrade.state.phase !== 'deferred'; jobs += 1)
    await one.step();
  expect((await one.stored()).upgrade.state).toMatchObject({
    class: 'busy',
    because: expect.stringContaining(`${reporter.name}, started since, depends on ${pcm} and is left alone`),
  });
  expect(await running(one)).toEqual(expect.arrayContaining([pcm, monitor, reporter.name]));
  // The next record has it.
  expect((await one.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
});
