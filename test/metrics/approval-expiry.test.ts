import { expect, test } from 'vitest';
import { readRecords } from '../../orchestrator/metrics/read-records.ts';
import { type CommandRequest, requestKey } from '../../shared/domain/campaign/command-request.ts';
import { standingClock } from '../fixtures/context.ts';
import { openCampaign, workstation } from '../fixtures/running-campaign.ts';
import { createMemoryStore } from '../twin/memory-store.ts';

const now = Date.UTC(2026, 10, 17, 9);
const hour = 3_600_000;

const request = (more: Partial<CommandRequest>): CommandRequest => ({
  command: 'abort',
  subject: 'sp4',
  number: 1,
  by: 'anna (token a)',
  reason: 'the share is full',
  at: now,
  until: now + 2 * hour,
  text: [],
  state: { is: 'asked' },
  ...more,
});

test('the first question of a campaign that expires may be a command that waits for another person', async () => {
  const store = createMemoryStore(() => now);
  await openCampaign(store, { clients: [workstation('pc-1')], at: now });
  const expiries = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await readRecords({ store, clock: standingClock(now), servers: 0 })).flatMap((each) =>
        each.figure === 'approval_next_expiry_timestamp_seconds'
          ? [[each.labels['campaign'] ?? '', each.value * 1_000 - now]]
          : [],
      ),
    );
  const ask = async (next: CommandRequest): Promise<void> => {
    const version = (await store.readRequest(requestKey(next)))?.version ?? 0;
    expect(await store.commitRequest(requestKey(next), next, version, null)).toBe(true);
  };
  expect(await expiries()).toEqual({});
  await ask(request({}));
  await ask(request({ command: 'undo', client: 'pc-1', number: 2, until: now + hour }));
  // Of a campaign that is over, and of releases with and without a campaign.
  await ask(request({ command: 'unmark', subject: 'sp3', client: 'pc-9', number: 3, until: now + 3 * hour }));
  await ask(request({ command: 'withdraw', subject: 'sms-sp3', number: 4, until: now + 4 * hour }));
  expect(await expiries()).toEqual({ sp4: hour, sp3: 3 * hour, '': 4 * hour });
  await ask(request({ command: 'withdraw', subject: 'sms-sp4', number: 5, until: now + hour / 2 }));
  expect(await expiries()).toMatchObject({ sp4: hour / 2 });
  await ask(request({ state: { is: 'approved', by: 'bert (token b)', at: now } }));
  await ask(
    request({
      command: 'withdraw',
      subject: 'sms-sp4',
      number: 5,
      state: { is: 'rejected', at: now, because: 'no' },
    }),
  );
  expect(await expiries()).toMatchObject({ sp4: hour });
  await store.close();
});
