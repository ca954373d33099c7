import { describe, expect, test } from 'vitest';
import { editCampaign } from '../../orchestrator/campaigns/edit.ts';
import { revertEdit } from '../../orchestrator/campaigns/history.ts';
import type { CampaignEdit } from '../../orchestrator/background/results.ts';
import type { Result } from '../../shared/errors.ts';
import type { Activation } from '../../shared/store/types.ts';
import { calendarFile, newYear } from '../fixtures/calendar-files.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import {
  campaignYaml,
  fleetCsv,
  now,
  type SmallOrchestrator,
  startSmallOrchestrator,
  writeRelease,
} from '../fixtures/small-orchestrator.ts';
import { storesAndShards } from '../fixtures/stores.ts';
import type { Store } from '../../shared/store/store.ts';
import { permitOf } from '../fixtures/permit.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';

const blackouts = 'blackouts: [{ ics: holidays.ics, reason: closed }]\n';
const text = campaignYaml('sp4', blackouts);
const calendars = { 'holidays.ics': newYear };

async function created(store?: Store): Promise<SmallOrchestrator> {
  const orchestrator = await startSmallOrchestrator(store);
  await orchestrator.ask('POST', '/v1/fleet', { file: 'fleet.csv', text: fleetCsv });
  await orchestrator.ask('POST', '/v1/releases', { path: writeRelease(orchestrator) });
  const made = await orchestrator.ask('POST', '/v1/campaigns', { file: 'c.yaml', text, calendars });
  expect(made.status).toBe(200);
  expect((await orchestrator.ask('POST', '/v1/campaigns/sp4/start')).status).toBe(200);
  return orchestrator;
}

/** More than a year later: the stretches of a yearly event are others. */
const later = now + 400 * 24 * 3_600_000;

const laterContext = ({ store, jobs }: SmallOrchestrator) =>
  contextOver(store, standingClock(later), keepingDispatcher(jobs as Activation[]));

const order = { campaign: 'sp4', file: 'c.yaml', reason: 'x', dryRun: false };

const sections = (edited: Result<CampaignEdit, unknown>): readonly string[] =>
  edited.ok ? edited.value.changes.map(({ section }) => section) : ['refused'];

describe.each(storesAndShards)('an edit on a later day, on the %s store', (_name, open) => {
  test('does not call blackouts changed whose calendar file is the same', async () => {
    await using orchestrator = await created(await open());
    const context = laterContext(orchestrator);
    const same = await editCampaign(context, permitOf('kim'), { ...order, text, calendars });
    expect(same).toMatchObject({ ok: true, value: { changes: [], isApplied: false, edition: 0 } });

    const wide = campaignYaml('sp4', `${blackouts}budgets: { active: 7 }\n`);
    expect(
      sections(await editCampaign(context, permitOf('kim'), { ...order, text: wide, calendars })),
    ).toEqual(['budgets']);
    const record = await orchestrator.store.readCampaign('sp4');
    const { calendar } = record?.campaign.definition ?? {};
    expect(calendar?.blackouts?.map(({ from }) => from)).toEqual(['2028-01-01T00:00', '2029-01-01T00:00']);
    expect(
      sections(
        await editCampaign(
          context,
          permitOf('kim'),
          unwrapped(await revertEdit(context, { ...order, edition: 0 })),
        ),
      ),
    ).toEqual(['budgets']);

    const other = { 'holidays.ics': calendarFile('20200101', '20200501') };
    expect(
      sections(await editCampaign(context, permitOf('kim'), { ...order, text, calendars: other })),
    ).toEqual(['blackouts']);
    const named = text.replace('reason: closed', 'reason: holiday');
    expect(
      sections(await editCampaign(context, permitOf('kim'), { ...order, text: named, calendars: other })),
    ).toEqual(['blackouts']);
  });
});

describe('the text of a calendar file', () => {
  test('is kept with the campaign file, so a clone is created without the file', async () => {
    await using orchestrator = await created();
    const copy = await runHosted(orchestrator, ['campaign', 'clone', 'sp4', '--as', 'sp5']);
    expect(copy.stdout).toMatch(/holidays\.ics.*\n# Belongs beside this file: holidays\.ics\./);
    const json = await runHosted(orchestrator, ['campaign', 'clone', 'sp4', '--as', 'sp5', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ calendars });
    const made = await runHosted(orchestrator, ['campaign', 'clone', 'sp4', '--as', 'sp5', '--create']);
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining('Created sp5: 10 clients')]);
    const [first] = await orchestrator.store.editions('sp5');
    expect(first?.calendars).toEqual(calendars);
  });

  test('is kept only if the campaign file names it, and refused above 1 MiB', async () => {
    await using orchestrator = await created();
    const ask = (path: string, more: object) => orchestrator.ask('POST', path, { file: 'c.yaml', ...more });
    const stray = { ...calendars, 'stray.ics': newYear };
    await ask('/v1/campaigns', { text: campaignYaml('sp5', blackouts), calendars: stray });
    const [first] = await orchestrator.store.editions('sp5');
    expect(first?.calendars).toEqual(calendars);
    const large = { 'holidays.ics': `${newYear}${' '.repeat(1024 * 1024)}` };
    const refused = await ask('/v1/campaigns', { text: campaignYaml('sp6', blackouts), calendars: large });
    expect(refused.body.error.faults).toEqual([
      expect.objectContaining({ key: 'ics', expected: 'at most 1048576 together' }),
    ]);
    const weekly = `${blackouts}schedule: { cron: "0 22 * * 2", zone: UTC }\n`;
    await ask('/v1/schedules', { text: campaignYaml('weekly', weekly), calendars: stray });
    const schedule = await orchestrator.store.readSchedule('weekly');
    expect(schedule?.schedule.calendars).toEqual(calendars);
    expect((await orchestrator.ask('POST', '/v1/schedules/weekly/run')).body.past).toMatchObject([
      { campaign: 'weekly-2026-11-17-0900' },
    ]);
  });
});
