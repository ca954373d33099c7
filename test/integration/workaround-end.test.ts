import { expect, test } from 'vitest';
import type { ServiceTrouble } from '../../orchestrator/simulation/machines/machine.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';

/** The workaround stops a service for the time of the update, and starts it again at its end. */

const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const dies = (more: Partial<ServiceTrouble>): ServiceTrouble =>
  ({ service: name, folder: 'C:\\MS\\SMS\\BIN', kind: 'dies', afterMs: 5_000, ...more }) as ServiceTrouble;

/** A client on which the service starts by hand only until the update is done. */
async function withWorkaround(): Promise<OneClient> {
  const one = await oneClient('pcmInBin', { structural: 'atOnce', ladder: ['workaround'] });
  while ((await one.stored()).upgrade.memory.open.workaround === null) await one.step();
  return one;
}

test.each([
  ['ends 5 s after its start', dies({})],
  ['ends, and is started again by its recovery action', dies({ recovers: true } as Partial<ServiceTrouble>)],
])('a service that %s is down after the update: a person is called', async (_what, trouble) => {
  await using one = await withWorkaround();
  one.fleet.trouble(one.client, trouble);
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({
    end: 'needsAttention',
    cause: 'the service does not start again',
    because: expect.stringMatching(
      /^its setup phase is installed.*every file has the hash of the release; SMS_PACKAGE_COMMAND_MANAGER_NT has its old settings and does not keep running: /,
    ),
  });
  expect(upgrade.memory.open.workaround).toBeNull();
  const truth = await one.fleet.clientTruth(one.client);
  expect(truth).toMatchObject({ intent: null, violations: [] });
  expect(truth?.services.find((each) => each.name === name)).toMatchObject({ startType: 'automatic' });
});

test('a service that keeps running after the update ends as upgraded', async () => {
  await using one = await withWorkaround();
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({ end: 'upgraded', cause: 'proved' });
});
