import { expect, test } from 'vitest';
import { everyDay } from '../../shared/domain/time/window.ts';
import { oneClient } from '../fixtures/one-client.ts';

/** The real driver on a client of the lab, whose service blocks the update. */

const allDay = { days: everyDay, from: 0, to: 0 };
const atOnce = { structural: 'atOnce', ladder: ['wait', 'relocation'] } as const;

test('a campaign that asks whether steps fit measures those of its product, each once', async () => {
  const calendar = { windows: [allDay], fit: {} };
  await using client = await oneClient('pcmInBin', atOnce, undefined, { calendar });
  expect((await client.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
  const times = await client.store.stepTimes('sms-1.2');
  expect(Object.keys(times).toSorted()).toEqual(['mark', 'relocation', 'restart']);
  expect(Object.values(times).map((found) => found.length)).toEqual([1, 1, 1]);
  expect(Math.min(...Object.values(times).flat())).toBeGreaterThanOrEqual(0);
});

test('a campaign that does not ask writes nothing', async () => {
  await using client = await oneClient('pcmInBin', atOnce, undefined, { calendar: { windows: [allDay] } });
  expect((await client.settle()).upgrade.state).toMatchObject({ end: 'upgraded' });
  expect(await client.store.stepTimes('sms-1.2')).toEqual({});
});

test('a relocation that has taken too long so far does not begin, and the record says why', async () => {
  const calendar = { windows: [{ days: everyDay, from: 0, to: 90 }], fit: { relocation: 60_000 } };
  await using client = await oneClient('pcmInBin', atOnce, undefined, { calendar });
  for (let n = 0; n < 20; n += 1) await client.store.noteStepTime('sms-1.2', 'relocation', 2 * 60 * 60_000);
  expect((await client.settle()).upgrade.state).toMatchObject({
    end: 'needsAttention',
    cause: 'does not fit its window',
    because: expect.stringContaining('a relocation takes 120 min (p95 of 20)') as string,
  });
  expect(await client.fleet.clientTruth(client.client)).toMatchObject({ journal: [] });
});
