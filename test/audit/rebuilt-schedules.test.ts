import { describe, expect, it } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { occurrenceDue, resumed } from '../../orchestrator/schedules/occurrences.ts';
import { scheduleAudit } from '../../orchestrator/schedules/commit.ts';
import { systemClock } from '../../shared/clock.ts';
import type { Schedule } from '../../shared/domain/campaign/schedule.ts';
import type { Store } from '../../shared/store/store.ts';
import { pick, runningState } from '../contract/store/fixtures.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { testRedis } from '../environment/redis.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { sealingFixture } from './sealing-fixture.ts';

const stores: readonly [string, () => Promise<Store>][] = [
  ['memory', async () => createMemoryStore(Date.now)],
  ['Redis', async () => (await openTestStore(testRedis(), 1)).store],
  ['Redis, in three shards', async () => (await openTestStore(testRedis(), 3)).store],
];

const tuesday = Date.parse('2026-11-17T22:00:00Z');
const week = 7 * 24 * 3_600_000;
const weekly: Schedule = {
  schedule: 'weekly',
  file: 'weekly.yaml',
  text: 'campaign: weekly\n',
  hash: 'hash-of-the-file',
  calendars: { 'freeze.ics': 'BEGIN:VCALENDAR' },
  recurrence: { kind: 'cron', cron: '0 22 * * 2', zone: 'UTC' },
  missed: 'run',
  createdAt: tuesday - week,
  createdBy: 'anna',
  decidedTo: tuesday - week,
  past: [],
};
const open = { at: tuesday, campaign: 'weekly-2026-11-17', by: 'schedule weekly' };

/** Writes each state of a schedule in turn; null = it is deleted. */
async function write(store: Store, name: string, ...states: readonly (Schedule | null)[]): Promise<void> {
  let before: Schedule | null = null;
  let version = 0;
  for (const next of states) {
    const audit = scheduleAudit(name, [before, next], { who: 'anna', because: 'as asked', at: tuesday });
    expect(await store.commitSchedule(name, next, version, audit)).toBe(true);
    [before, version] = [next, version + 1];
  }
}

/** The schedules after a rebuild from the audit of what `act` does, with a seal after each step. */
async function afterRebuild(
  openStore: () => Promise<Store>,
  ...acts: readonly ((store: Store) => Promise<void>)[]
): Promise<ReadonlyMap<string, Schedule>> {
  const [before, after] = [await openStore(), await openStore()];
  using sealing = sealingFixture({ store: before, shards: await before.shards() });
  for (const act of acts) {
    await act(before);
    await sealing.sealer.round();
  }
  const rebuilt = await rebuild(after, systemClock, sealing.files());
  const found = new Map((await after.schedules()).map(({ schedule }) => [schedule.schedule, schedule]));
  expect(rebuilt).toMatchObject({ ok: true, value: { schedules: [...found.keys()] } });

  // What the rebuild wrote is in the audit, too.
  using next = sealingFixture({ store: after, folder: sealing.folder, shards: await after.shards() });
  await next.sealer.round();
  const again = await openStore();
  expect(await rebuild(again, systemClock, next.files())).toMatchObject({ ok: true });
  expect((await again.schedules()).map(({ schedule }) => schedule)).toEqual([...found.values()]);
  await Promise.all([before.close(), after.close(), again.close()]);
  return found;
}

describe.each(stores)('schedules, when the audit is rebuilt into %s', (_name, openStore) => {
  it('come back as they were, and paused', async () => {
    const changed = { ...weekly, decidedTo: tuesday };
    const found = await afterRebuild(
      openStore,
      (store) => write(store, 'weekly', weekly, changed),
      (store) => write(store, 'daily', { ...weekly, schedule: 'daily' }),
    );
    expect([...found.keys()]).toEqual(['daily', 'weekly']);
    expect(found.get('weekly')).toEqual({
      ...changed,
      paused: {
        by: 'rebuild',
        because: 'put back from the audit; the resume makes up for no occurrence before it',
        at: expect.any(Number),
      },
    });
  });

  it('keep the pause of a person, and a deleted one stays deleted', async () => {
    const paused = { by: 'kim', because: 'payroll', at: tuesday };
    const found = await afterRebuild(
      openStore,
      async (store) => {
        await write(store, 'weekly', weekly, { ...weekly, paused });
        await write(store, 'gone', { ...weekly, schedule: 'gone' });
      },
      async (store) => {
        const audit = scheduleAudit('gone', [weekly, null], { who: 'kim', because: 'over', at: tuesday });
        expect(await store.commitSchedule('gone', null, 1, audit)).toBe(true);
      },
    );
    expect(found).toEqual(new Map([['weekly', { ...weekly, paused }]]));
  });

  it('begin no occurrence twice: one that was about to begin is decided', async () => {
    const found = await afterRebuild(openStore, (store) =>
      write(store, 'weekly', weekly, { ...weekly, decidedTo: tuesday, open }),
    );
    const back = found.get('weekly') ?? weekly;
    expect(back.open).toBeUndefined();
    expect(back.past).toEqual([
      {
        at: tuesday,
        campaign: open.campaign,
        outcome: 'skipped',
        because: 'put back from the audit: whether weekly-2026-11-17 was created and started is not known',
      },
    ]);
    // One occurrence was due after the end of the audit: whether it began is not known.
    const later = resumed(back, tuesday + week + 3_600_000);
    expect(occurrenceDue(later, tuesday + week + 3_600_000)).toBeNull();
    expect(occurrenceDue(later, tuesday + 2 * week)?.schedule.open?.at).toBe(tuesday + 2 * week);
  });

  it('know the campaign that an occurrence has started', async () => {
    const found = await afterRebuild(openStore, async (store) => {
      await write(store, 'weekly', weekly, { ...weekly, decidedTo: tuesday, open });
      await storeFixture(store).campaign(open.campaign, [pick('pc-1')], runningState());
    });
    const { past, open: left } = found.get('weekly') ?? weekly;
    expect([left, past[0]?.outcome, past[0]?.because]).toEqual([
      undefined,
      'started',
      'put back from the audit: weekly-2026-11-17 was started',
    ]);
  });
});
