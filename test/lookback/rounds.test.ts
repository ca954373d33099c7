import { expect, test } from 'vitest';
import type { Background } from '../../orchestrator/background/request.ts';
import { planStart } from '../../orchestrator/campaigns/plan-start.ts';
import { basisOf, withForecast, withPlan } from '../../orchestrator/forecast/keep.ts';
import { drainCampaigns } from '../../orchestrator/rounds/drain-campaigns.ts';
import { makePlans, planTiming } from '../../orchestrator/rounds/make-plans.ts';
import { everything, type News } from '../../orchestrator/rounds/news.ts';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { now, startRunning, type SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { contextOf } from '../integration/admitted-clients.ts';

const oneWave =
  'campaign: sp4\nrelease: sms-sp4\ngate: { failures: 100 % }\nwaves: [{ name: all, rest: true }]\n';
const nothingChanged: News = { everything: false, campaigns: new Set(), clients: new Set() };
const headChanged: News = { everything: false, campaigns: new Set(['sp4']), clients: new Set() };

/** Plans in this process, and counts how often. */
function planning(orchestrator: SmallOrchestrator, fails = false) {
  const context = contextOf(orchestrator);
  const made = { times: 0 };
  const background = async (_work: string, _who: string, name: string) => {
    made.times += 1;
    if (fails) throw new Error('a thread ended with 1 and no answer');
    return planStart(context, name);
  };
  return { context, made, round: makePlans(background as Background, { ...planTiming, notBeforeMs: 0 }) };
}

const read = async (orchestrator: SmallOrchestrator) =>
  (await orchestrator.ask('GET', '/v1/campaigns/sp4/report')).body.planned;

test('a campaign that has started is planned once, and keeps its plan beside its forecasts', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), oneWave);
  const { context, made, round } = planning(orchestrator);
  expect(await read(orchestrator)).toMatchObject({ because: 'no plan was made when it started', ends: null });
  for (const news of [everything, headChanged, headChanged]) await round.run(context, news);
  expect(made.times).toBe(1);
  const kept = await context.store.readForecasts('sp4');
  expect(kept?.planned).toMatchObject({ because: null, replicates: 10 });
  const record = await context.store.readCampaign('sp4');
  const basis = record === null ? null : basisOf(record.campaign);
  if (basis === null) throw new Error('it runs');
  const forecast = { madeAt: now, because: 'few', end: null } as const;
  const later = withForecast(kept, { basis, forecast, finished: 1, size: 10 });
  expect(later.planned).toEqual(kept?.planned);
  const again = { ...basis, startedAt: basis.startedAt + 1 };
  expect(withForecast(kept, { basis: again, forecast, finished: 1, size: 10 }).planned).toBeUndefined();
  const planned = await read(orchestrator);
  expect(planned).toMatchObject({ because: null, laterMs: null, waves: [{ wave: 'all' }] });
  const { stdout } = await runHosted(orchestrator, ['campaign', 'report', 'sp4']);
  expect(stdout).toContain('Planned at the start, 2026-11-17T09:00:00Z');
});

test('a plan that fails is not kept, and a campaign that started long ago is not planned', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), oneWave);
  const failing = planning(orchestrator, true);
  await failing.round.run(failing.context, everything);
  expect(failing.made.times).toBe(1);
  expect(await failing.context.store.readForecasts('sp4')).toBeNull();
  const late = planning(orchestrator);
  const clock = { ...late.context.clock, now: () => now + 24 * 3_600_000 };
  await late.round.run({ ...late.context, clock }, everything);
  expect(late.made.times).toBe(0);
});

test('the first seconds of a campaign are for its clients: it is planned after them', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), oneWave);
  const { context, made } = planning(orchestrator);
  const background = async (_work: string, _who: string, name: string) => {
    made.times += 1;
    return planStart(context, name);
  };
  const round = makePlans(background as Background);
  const after = (ms: number) => ({ ...context, clock: { ...context.clock, now: () => now + ms } });
  await round.run(after(0), everything);
  await round.run(after(planTiming.notBeforeMs - 1), nothingChanged);
  expect(made.times).toBe(0);
  await round.run(after(planTiming.notBeforeMs), nothingChanged);
  expect(made.times).toBe(1);
});

test('an archived campaign says the same of its plan', async () => {
  await using orchestrator = await startRunning(createMemoryStore(Date.now), oneWave);
  const { context, round } = planning(orchestrator);
  await round.run(context, everything);
  await orchestrator.ask('POST', '/v1/campaigns/sp4/abort', { reason: 'over' });
  await drainCampaigns().run(context);
  const live = await read(orchestrator);
  expect(live).toMatchObject({ because: null, ends: { actual: '2026-11-17T09:00:00Z' } });
  const archived = await orchestrator.ask('POST', '/v1/campaigns/sp4/archive', { reason: 'over' });
  expect(archived.status).toBe(200);
  expect(await read(orchestrator)).toEqual(live);
  const record = { startedAt: now };
  expect(withPlan(null, record, { madeAt: now, because: 'no', end: null })).toEqual({
    basis: record,
    finished: 0,
    newest: null,
    earlier: [],
    planned: { madeAt: now, because: 'no', end: null },
  });
});
