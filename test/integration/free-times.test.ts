import { expect, test } from 'vitest';
import { oneClient } from '../fixtures/one-client.ts';

/** The real driver on a client of the lab, whose user leaves a program open all day. */

const learns = { learnsFreeTime: true } as const;

test('a campaign that learns writes what each look finds, in the commit of the look', async () => {
  await using client = await oneClient('pcmBusy', learns);
  while (!(await client.stored()).upgrade.memory.learned.freeTime) await client.step();
  const { looks } = (await client.stored()).upgrade.memory.learned.freeTime ?? {};
  expect(looks).toMatch(/:0\/1$/u);
  expect(await client.store.freeTimes([client.client])).toEqual(new Map([[client.client, looks]]));
  await client.settle();
  const after = (await client.stored()).upgrade.memory.learned.freeTime?.looks;
  expect(await client.store.freeTimes([client.client])).toEqual(new Map([[client.client, after]]));
});

test('it goes on from what earlier campaigns have learned', async () => {
  await using client = await oneClient('pcmBusy', learns);
  await client.store.putBackFreeTimes(new Map([[client.client, 'w0300:2/2']]));
  while (!(await client.stored()).upgrade.memory.learned.freeTime) await client.step();
  expect((await client.store.freeTimes([client.client])).get(client.client)).toMatch(/:0\/1 w0300:2\/2$/u);
});

test('a campaign that does not learn reads and writes none of it', async () => {
  await using client = await oneClient('pcmBusy');
  const asked: unknown[] = [];
  const freeTimes = client.store.freeTimes.bind(client.store);
  Object.assign(client.store, {
    freeTimes: (clients: readonly string[]) => (asked.push(clients), freeTimes(clients)),
  });
  await client.settle();
  expect(asked).toEqual([]);
  expect(await freeTimes([client.client])).toEqual(new Map());
});
