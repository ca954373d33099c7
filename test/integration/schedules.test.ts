import { describe, expect, test } from 'vitest';
import { runSchedules } from '../../orchestrator/rounds/run-schedules.ts';
import { occur } from '../../orchestrator/schedules/occur.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Activation } from '../../shared/store/types.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { dyingStore } from '../fixtures/dying-store.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import {
  campaignYaml,
  fleetCsv,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { storesAndShards } from '../fixtures/stores.ts';

const schedule = 'schedule: { cron: "0 22 * * 2", zone: UTC }\n';
/** The clock of the API stands on Tuesday, 09:00. */
const tuesday = Date.UTC(2026, 10, 17, 22);
const week = 7 * 24 * 3_600_000;

async function startScheduled(store: Store, more = schedule): Promise<SmallOrchestrator> {
  const orchestrator = await startSmallOrchestrator(store);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  const text = campaignYaml('weekly', more);
  const created = await orchestrator.ask('POST', '/v1/schedules', { file: 'weekly.yaml', text });
  expect([created.status, created.body.schedule]).toEqual([200, 'weekly']);
  return orchestrator;
}

const roundAt = async (
  { store, jobs }: SmallOrchestrator,
  at: number,
  over: Store = store,
): Promise<unknown> =>
  runSchedules().run(contextOver(over, standingClock(at), keepingDispatcher(jobs as Activation[])));

const campaignsOf = async (orchestrator: SmallOrchestrator): Promise<readonly string[]> =>
  (await orchestrator.ask('GET', '/v1/campaigns')).body.campaigns.map(
    ({ campaign, status }: { campaign: string; status: string }) => `${campaign} ${status}`,
  );
const past = async (orchestrator: SmallOrchestrator): Promise<readonly string[]> =>
  (await orchestrator.ask('GET', '/v1/schedules/weekly')).body.past.map(
    ({ outcome, because }: { outcome: string; because: string }) => `${outcome}: ${because}`,
  );

describe.each(storesAndShards)('a schedule, on the %s store', (_name, open) => {
  test('creates and starts one campaign for each occurrence', async () => {
    await using orchestrator = await startScheduled(await open());
    await roundAt(orchestrator, tuesday - 1);
    expect(await campaignsOf(orchestrator)).toEqual([]);
    await roundAt(orchestrator, tuesday);
    await roundAt(orchestrator, tuesday + 1_000);
    expect(await campaignsOf(orchestrator)).toEqual(['weekly-2026-11-17 running']);
    expect(await past(orchestrator)).toEqual(['started: weekly-2026-11-17 was started']);
  });

  test('skips an occurrence whose predecessor still runs, and says so in the audit', async () => {
    await using orchestrator = await startScheduled(await open());
    await roundAt(orchestrator, tuesday);
    await roundAt(orchestrator, tuesday + week);
    expect(await campaignsOf(orchestrator)).toEqual(['weekly-2026-11-17 running']);
    const skipped = 'weekly-2026-11-24 is not created: its predecessor weekly-2026-11-17 is running';
    expect(await past(orchestrator)).toContain(`skipped: ${skipped}`);
    const audit = await orchestrator.store.audit(50, {});
    expect(audit.map(({ because }) => because)).toContain(`schedule weekly: ${skipped}`);
    // The next one is tried again.
    await orchestrator.ask('POST', '/v1/campaigns/weekly-2026-11-17/abort', { reason: 'x' });
    await roundAt(orchestrator, tuesday + 2 * week);
    expect(await campaignsOf(orchestrator)).toContain('weekly-2026-12-01 running');
  });

  test('skips an occurrence for its predecessor also after many were skipped', async () => {
    await using orchestrator = await startScheduled(await open());
    const weeks = 30;
    for (let n = 0; n <= weeks; n += 1) await roundAt(orchestrator, tuesday + n * week);
    expect(await campaignsOf(orchestrator)).toEqual(['weekly-2026-11-17 running']);
    const [newest] = await past(orchestrator);
    expect(newest).toMatch(/ is not created: its predecessor weekly-2026-11-17 is running$/);
  });

  test('writes no entry where another orchestrator has begun the occurrence first', async () => {
    await using orchestrator = await startScheduled(await open());
    const { store } = orchestrator;
    const readLate = (await store.readSchedule('weekly'))?.schedule;
    await roundAt(orchestrator, tuesday);
    const before = await store.audit(50, {});
    if (readLate === undefined) throw new Error('no schedule');
    await occur(contextOver(store, standingClock(tuesday), keepingDispatcher([])), readLate);
    expect(await store.audit(50, {})).toEqual(before);
  });

  test('does not say "not created" of what another orchestrator has created since it looked', async () => {
    await using orchestrator = await startScheduled(await open());
    const { store } = orchestrator;
    await roundAt(orchestrator, tuesday);
    const seen: (readonly string[])[] = [];
    const next = 'weekly-2026-11-24';
    const frozen: Store = new Proxy(store, {
      get: (target, name, receiver) => {
        if (name !== 'commitSchedule') return Reflect.get(target, name, receiver) as unknown;
        return async (...given: Parameters<Store['commitSchedule']>) => {
          if (given[3].because.includes('is not created')) {
            await orchestrator.ask('POST', '/v1/campaigns/weekly-2026-11-17/abort', { reason: 'meanwhile' });
            const dying = dyingStore(store, (method) => method === 'commitSchedule', false);
            await roundAt(orchestrator, tuesday + week + 1_000, dying);
            seen.push(await campaignsOf(orchestrator));
          }
          return target.commitSchedule(...given);
        };
      },
    });
    await roundAt(orchestrator, tuesday + week, frozen);
    expect(seen).toEqual([expect.arrayContaining([`${next} running`])]);
    await roundAt(orchestrator, tuesday + week + 5_000);
    expect(await past(orchestrator)).toContain(`started: ${next} was started`);
    const audit = await store.audit(100, {});
    expect(audit.filter(({ because }) => because.includes(`${next} is not created`))).toEqual([]);
  });

  test('says why an occurrence cannot start whose clients another campaign has', async () => {
    await using orchestrator = await startScheduled(await open());
    await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml('other') });
    await orchestrator.ask('POST', '/v1/campaigns/other/start');
    await roundAt(orchestrator, tuesday);
    expect(await past(orchestrator)).toEqual([
      expect.stringMatching(
        /^skipped: weekly-2026-11-17 is not started: clients of this campaign are not finished in another campaign: other$/,
      ),
    ]);
    const [newest] = (await orchestrator.ask('GET', '/v1/audit?limit=1')).body.items;
    expect(newest.because).toMatch(/^schedule weekly: .* in another campaign: other$/);
    expect(await campaignsOf(orchestrator)).toContain('weekly-2026-11-17 aborted');
  });

  test('says so also where its orchestrator died between the end of the campaign and the note of it', async () => {
    await using orchestrator = await startScheduled(await open());
    const { store } = orchestrator;
    await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml('other') });
    await orchestrator.ask('POST', '/v1/campaigns/other/start');
    const dying: Store = new Proxy(store, {
      get: (target, name, receiver) => {
        if (name !== 'commitSchedule') return Reflect.get(target, name, receiver) as unknown;
        return async (...given: Parameters<Store['commitSchedule']>) => {
          if ((await store.readCampaign('weekly-2026-11-17')) !== null)
            throw new Error('the process is gone');
          return target.commitSchedule(...given);
        };
      },
    });
    await roundAt(orchestrator, tuesday, dying);
    expect(await past(orchestrator)).toEqual([]);
    expect(await campaignsOf(orchestrator)).toContain('weekly-2026-11-17 aborted');
    await roundAt(orchestrator, tuesday + 5_000);
    expect(await past(orchestrator)).toEqual([
      expect.stringMatching(/^skipped: weekly-2026-11-17 is not started: clients of this campaign/),
    ]);
  });

  test.for(['createCampaign', 'commitCampaign', 'commitSchedule'] as const)(
    'goes on with an occurrence after its orchestrator died at %s, before or after the write',
    async (call) => {
      for (const isWritten of [false, true]) {
        await using orchestrator = await startScheduled(await open());
        await expect(
          roundAt(
            orchestrator,
            tuesday,
            dyingStore(orchestrator.store, (method) => method === call, isWritten),
          ),
        ).resolves.toBe(undefined);
        await roundAt(orchestrator, tuesday + 5_000);
        await roundAt(orchestrator, tuesday + 7_000);
        expect(await campaignsOf(orchestrator)).toEqual(['weekly-2026-11-17 running']);
        expect(await past(orchestrator)).toEqual(['started: weekly-2026-11-17 was started']);
        const audit = await orchestrator.store.audit(100, { campaign: 'weekly-2026-11-17' });
        expect(audit.filter(({ to }) => to === 'running')).toHaveLength(1);
      }
    },
  );
});

describe('people', () => {
  test('pause, resume, run and delete a schedule', async () => {
    await using orchestrator = await startScheduled((await storesAndShards[0]?.[1]()) as Store);
    const ask = async (what: string, body?: unknown) =>
      (await orchestrator.ask('POST', `/v1/schedules/WEEKLY/${what}`, body)).body;
    expect(await ask('pause', { reason: 'year end' })).toMatchObject({
      status: 'paused',
      paused: { because: 'year end' },
    });
    await roundAt(orchestrator, tuesday);
    expect(await campaignsOf(orchestrator)).toEqual([]);
    expect(await ask('resume')).toMatchObject({ status: 'scheduled', paused: null });
    expect((await ask('resume')).error.message).toBe('schedule weekly is not paused');
    expect(await ask('run')).toMatchObject({
      past: [{ campaign: 'weekly-2026-11-17-0900', outcome: 'started' }],
    });
    expect(await ask('delete', { reason: 'done' })).toMatchObject({ schedule: 'weekly' });
    expect((await orchestrator.ask('GET', '/v1/schedules')).body).toMatchObject({ schedules: [], total: 0 });
    expect((await orchestrator.ask('GET', '/v1/schedules/weekly')).status).toBe(404);
  });

  test('a schedule that is created or run says that another campaign has its clients', async () => {
    await using orchestrator = await startScheduled((await storesAndShards[0]?.[1]()) as Store);
    await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text: campaignYaml('other') });
    const wants = expect.stringMatching(
      /^campaign other has not been started and wants \d+ of these clients, too/,
    );
    const text = campaignYaml('monthly', schedule);
    const created = await orchestrator.ask('POST', '/v1/schedules', { file: 'm.yaml', text });
    expect(created.body.warnings).toContainEqual(wants);
    const run = await orchestrator.ask('POST', '/v1/schedules/weekly/run');
    expect(run.body.warnings).toContainEqual(wants);
    const shown = await runHosted(orchestrator, ['schedule', 'run', 'monthly']);
    expect(shown.stdout).toMatch(
      /^warning: campaign weekly-2026-11-17-0900 is running and has not\s+finished/mu,
    );
    expect((await orchestrator.ask('GET', '/v1/schedules/weekly')).body).not.toHaveProperty('warnings');
  });

  test('do not create a campaign of a file that recurs, nor a schedule without one, nor two of a name', async () => {
    await using orchestrator = await startScheduled((await storesAndShards[0]?.[1]()) as Store);
    const code = async (path: string, text: string) =>
      (await orchestrator.ask('POST', path, { file: 'c.yaml', text })).body.error.code;
    expect(await code('/v1/campaigns', campaignYaml('weekly', schedule))).toBe('campaign.recurs');
    expect(await code('/v1/schedules', campaignYaml('other'))).toBe('schedule.none');
    expect(await code('/v1/schedules', campaignYaml('Weekly', schedule))).toBe('schedule.taken');
  });
});
