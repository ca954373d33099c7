import { reasonOf } from '../../shared/reason-of.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import type { Background } from '../background/request.ts';
import { surroundingsOf } from '../campaigns/report.ts';
import type { LeaderContext } from '../context.ts';
import { basisOf, isDue, type MadeForecast, withdrawn, withForecast } from '../forecast/keep.ts';
import { progressOf, whyNoEnd, whyStill } from '../views/why-no-end.ts';
import { everything, type News } from './news.ts';
import type { Round } from './repeat.ts';

/** Real time. */
export const forecastTiming = {
  /** No forecast is made so soon after a start: the clients have the machine for themselves. */
  notBeforeMs: 10_000,
  /** A forecast is made again after this time, when the numbers have changed. */
  everyMs: 3 * 60_000,
  /** The least time between two looks at the numbers of a campaign. */
  lookMs: 15_000,
  /** After a forecast the next one in turn waits so many times as long as the forecast took. */
  restTimes: 30,
} as const;

/** What this process knows of a campaign that runs or is paused. */
interface Watched {
  /** Its clients have changed since its newest forecast. */
  isChanged: boolean;
  /** By `performance.now()`. */
  lookAt: number;
  /** Policy time at which its forecast must be replaced though nothing has changed. */
  overdueAt: number;
}

/**
 * Makes the forecasts of running campaigns, one at a time, and keeps them. A run begins one and
 * waits for none. A campaign that is paused, or of which nothing has changed, costs nothing.
 * @param background makes a forecast outside the event loop
 * @param ending aborted = the process ends, and a forecast that breaks off says nothing
 */
export function makeForecasts(
  background: Background,
  ending?: AbortSignal,
  timing: { readonly [Name in keyof typeof forecastTiming]: number } = forecastTiming,
): Round {
  const watched = new Map<string, Watched>();
  let isMaking = false;
  let restsUntil = -Infinity;

  const watch = (name: string, lookAt: number): Watched => {
    const known = watched.get(name) ?? { isChanged: false, lookAt, overdueAt: Infinity };
    watched.set(name, known);
    known.lookAt = Math.min(known.lookAt, lookAt);
    return known;
  };
  const listen = async ({ store }: LeaderContext, news: News): Promise<void> => {
    const now = performance.now();
    for (const name of news.clients) watch(name, now + timing.lookMs).isChanged = true;
    for (const name of news.campaigns) watch(name, now);
    if (!news.everything) return;
    for (const { campaign } of await store.campaigns(['running', 'paused']))
      watch(campaign.definition.campaign, now);
  };

  const look = async (context: LeaderContext, name: string, own: Watched): Promise<void> => {
    const { store, clock } = context;
    own.lookAt = own.overdueAt = Infinity;
    const record = await store.readCampaign(name);
    if (record === null || !['running', 'paused'].includes(record.campaign.state.status)) {
      watched.delete(name);
      return;
    }
    const { campaign } = record;
    const counters = await store.counters(name);
    const surroundings = await surroundingsOf(context, campaign);
    const { kept = null } = surroundings;
    const isStill = whyStill(campaign, counters, surroundings) !== null;
    if (isStill && kept !== null && kept.newest !== null) await store.keepForecasts(name, withdrawn(kept));
    // What ends the reason is news of the campaign or of its clients.
    if (whyNoEnd(campaign, counters, surroundings) !== null) return;
    const dates = { now: clock.now(), everyMs: clock.policySpan(timing.everyMs) };
    const earliest = (basisOf(campaign)?.startedAt ?? 0) + clock.policySpan(timing.notBeforeMs);
    if (dates.now < earliest) {
      own.lookAt = performance.now() + clock.realDelay(earliest);
      return;
    }
    const due = isDue(kept, campaign, progressOf(campaign, counters), own.isChanged, dates);
    const now = performance.now();
    if (due === null) {
      if (own.isChanged) own.lookAt = now + timing.lookMs;
      const p90 = kept?.newest?.end?.p90 ?? Infinity;
      own.overdueAt = Math.max(p90, (kept?.newest?.madeAt ?? 0) + dates.everyMs);
    } else if (due === 'in turn' && now < restsUntil) own.lookAt = restsUntil;
    else {
      own.isChanged = false;
      isMaking = true;
      void make(context, record, progressOf(campaign, counters)).then((isMade) => {
        isMaking = false;
        if (!isMade) own.isChanged = true;
        restsUntil = performance.now() + (performance.now() - now) * timing.restTimes;
        own.lookAt = Math.min(own.lookAt, performance.now() + timing.lookMs);
      });
    }
  };

  const make = async (
    { store, clock, log }: LeaderContext,
    { campaign }: CampaignRecord,
    progress: ReturnType<typeof progressOf>,
  ): Promise<boolean> => {
    const name = campaign.definition.campaign;
    const basis = basisOf(campaign);
    try {
      const answer = await background('makeForecast', '', name).catch((error: unknown) => {
        // Redis that is away says nothing of the campaign: it is asked again.
        if (ending?.aborted === true || error instanceof StoreUnavailable) return null;
        log.warn({ campaign: name, error }, 'could not make a forecast');
        return reasonOf(error);
      });
      if (answer === null || basis === null) return false;
      if (typeof answer !== 'string' && !answer.ok) return false;
      const failed = (because: string): MadeForecast => ({
        ...progress,
        basis,
        forecast: { madeAt: clock.now(), because: `its simulation failed: ${because}`, end: null },
      });
      const made = typeof answer === 'string' ? failed(answer) : answer.value;
      const before = await store.readForecasts(name);
      const isKept = await store.keepForecasts(name, withForecast(before, made));
      const { because, end } = made.forecast;
      if (isKept) log.info({ campaign: name, p90: end?.p90, because }, 'forecast');
      return isKept;
    } catch (error) {
      log.warn({ campaign: name, error }, 'could not keep a forecast');
      return false;
    }
  };

  return {
    name: 'forecasts',
    run: async (context, news = everything) => {
      await listen(context, news);
      for (const [name, own] of watched) {
        if (isMaking) return;
        if (performance.now() >= own.lookAt || context.clock.now() >= own.overdueAt)
          await look(context, name, own);
      }
    },
    rest: () => watched.clear(),
  };
}
