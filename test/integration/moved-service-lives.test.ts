import { expect, test } from 'vitest';
import type { ServiceTrouble } from '../../orchestrator/simulation/machines/machine.ts';
import { type OneClient, oneClient } from '../fixtures/one-client.ts';

/**
 * A service that starts at its new place, and ends there some time after. Lab time flows a thousand
 * times as fast as real time, so on a slow machine an early end is met by `start` already.
 */

const name = 'SMS_PACKAGE_COMMAND_MANAGER_NT';
const dies = (afterMs: number): ServiceTrouble => ({
  service: name,
  folder: 'C:\\SMS_PCM',
  kind: 'dies',
  afterMs,
});
const patientProfile = (builtIn: string): string =>
  builtIn.replace(/^( +)relocateTo: .*$/m, '$&\n$1settle: 5m');

async function expectMovedBack({ fleet, client }: OneClient): Promise<void> {
  const truth = await fleet.clientTruth(client);
  const [is, was] = [truth?.services, truth?.servicesAtFirst].map((all) =>
    all?.find((each) => each.name === name),
  );
  expect(is).toEqual(was);
  expect(truth).toMatchObject({ intent: null, violations: [] });
  expect(Object.keys(truth?.otherFiles ?? {}).filter((path) => path.startsWith('c:\\sms_pcm'))).toEqual([]);
}

test.each<[string, ServiceTrouble, ((builtIn: string) => string) | null]>([
  ['5 s after its start', dies(5_000), null],
  [
    '5 s after its start, and whose recovery action starts it again',
    { ...dies(5_000), recovers: true } as ServiceTrouble,
    null,
  ],
  ['180 s after its start, where the profile says 5 minutes', dies(180_000), patientProfile],
])('a service that ends %s is not proved, and is moved back', async (_when, trouble, profile) => {
  await using one = await oneClient('pcmInBin', { structural: 'atOnce' }, (gateway) => gateway, { profile });
  one.fleet.trouble(one.client, trouble);
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({
    end: 'needsAttention',
    cause: expect.stringMatching(/^relocation failed at (?:start|prove)$/),
  });
  expect(upgrade.memory.learned.relocation).toBe('undone');
  await expectMovedBack(one);
});

test('a service that ends later than that does not run when the release is proved: it is moved back', async () => {
  await using one = await oneClient('pcmInBin', { structural: 'atOnce' });
  one.fleet.trouble(one.client, dies(2 * 3_600_000));
  const { upgrade } = await one.settle();
  expect(upgrade.state).toMatchObject({
    end: 'needsAttention',
    cause: 'moved service does not run',
    because: expect.stringMatching(
      /every file has the hash of the release, but SMS_PACKAGE_COMMAND_MANAGER_NT does not keep running from C:\\SMS_PCM.*moved back/,
    ),
  });
  expect(upgrade.memory.learned).toMatchObject({ relocation: 'undone', watched: {} });
  await expectMovedBack(one);
});

test('a service that lives is watched for the settle time after the restart, and then the client is upgraded', async () => {
  await using one = await oneClient('pcmInBin', { structural: 'atOnce' });
  const waits: string[] = [];
  for (let jobs = 0; jobs < 200; jobs += 1) {
    const { state } = (await one.stored()).upgrade;
    if (state.phase === 'settled') break;
    if (state.phase === 'deferred') waits.push(state.because);
    await one.step();
  }
  const { upgrade } = await one.stored();
  expect(upgrade.state).toMatchObject({ end: 'upgraded', cause: 'proved' });
  expect(upgrade.memory.learned).toMatchObject({
    relocation: 'done',
    watched: { [name.toLowerCase()]: { ends: 0 } },
  });
  expect(waits.at(-1)).toBe(
    'the release is proved; whether the moved service keeps running is looked at once more',
  );
  // The wait is none of the deferrals that have a budget.
  expect(upgrade.memory.history.deferrals.service).toBeUndefined();
});
