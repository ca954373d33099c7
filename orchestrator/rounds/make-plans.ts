import type { Background } from '../background/request.ts';
import type { LeaderContext } from '../context.ts';
import { basisOf, withPlan } from '../forecast/keep.ts';
import { forecastTiming } from './make-forecasts.ts';
import { everything, type News } from './news.ts';
import type { Round } from './repeat.ts';

/** Real time since the start of a campaign in which it is planned. */
export const planTiming = {
  notBeforeMs: forecastTiming.notBeforeMs,
  withinMs: 10 * 60_000,
} as const;

/**
 * Plans each campaign that has just started, once, outside the event loop, and keeps the plan with
 * its forecasts. The campaign goes on meanwhile. A plan that was not kept is made again.
 */
export function makePlans(
  background: Background,
  timing: { readonly [Name in keyof typeof planTiming]: number } = planTiming,
): Round {
  /** Campaigns that may have started, and when they are looked at, by `performance.now()`. */
  const asked = new Map<string, number>();
  const listen = async ({ store }: LeaderContext, news: News): Promise<void> => {
    const now = performance.now();
    for (const name of news.campaigns) asked.set(name, now);
    if (!news.everything) return;
    for (const { campaign } of await store.campaigns(['running']))
      asked.set(campaign.definition.campaign, now);
  };
  return {
    name: 'plans',
    run: async (context, news = everything) => {
      await listen(context, news);
      const now = performance.now();
      const due = [...asked].filter(([, at]) => at <= now);
      for (const [name] of due) {
        asked.delete(name);
        const outcome = await plan(context, background, name, timing);
        if (outcome === 'nothing to plan') continue;
        asked.set(name, performance.now() + (outcome === 'planned' ? 0 : outcome.tooEarlyMs));
        if (outcome === 'planned') return;
      }
    },
    rest: () => asked.clear(),
  };
}

/**
 * @returns `planned`: look once more, because a forecast that was kept in the same moment has no
 * plan; `tooEarlyMs`: look again after this real time
 */
async function plan(
  context: LeaderContext,
  background: Background,
  name: string,
  { notBeforeMs, withinMs }: { readonly [Name in keyof typeof planTiming]: number },
): Promise<'planned' | 'nothing to plan' | { readonly tooEarlyMs: number }> {
  const { store, clock, log } = context;
  const record = await store.readCampaign(name);
  const basis = record === null ? null : basisOf(record.campaign);
  if (basis === null || record?.campaign.state.status !== 'running') return 'nothing to plan';
  const { startedAt } = basis;
  const [earliest, latest] = [notBeforeMs, withinMs].map((ms) => startedAt + clock.policySpan(ms)) as [
    number,
    number,
  ];
  if (clock.now() > latest) return 'nothing to plan';
  if (clock.now() < earliest) return { tooEarlyMs: clock.realDelay(earliest) };
  const kept = await store.readForecasts(name);
  if (kept?.planned !== undefined && kept.basis.startedAt === basis.startedAt) return 'nothing to plan';
  try {
    const made = await background('planStart', '', name);
    if (!made.ok) return 'nothing to plan';
    const { value: planned } = made;
    await store.keepForecasts(name, withPlan(await store.readForecasts(name), basis, planned));
    log.info({ campaign: name, p90: planned.end?.p90, because: planned.because }, 'planned');
    return 'planned';
  } catch (error) {
    // Also when this orchestrator stops: the next one that leads plans the campaign.
    log.warn({ campaign: name, error }, 'could not plan a campaign');
    return 'nothing to plan';
  }
}
