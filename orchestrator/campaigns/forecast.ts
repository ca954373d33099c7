import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignForecast } from '../../shared/domain/campaign/forecast.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { profileOf } from '../../shared/products/profile.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { StoredUpgrade, WaitingClient } from '../../shared/store/types.ts';
import type { OrchestratorContext } from '../context.ts';
import { whatBinds } from '../forecast/binding.ts';
import { forecastCampaign } from '../forecast/campaign-forecast.ts';
import { basisOf, fits, type MadeForecast } from '../forecast/keep.ts';
import type { ForecastQuestion } from '../forecast/question.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { type ForecastStatus, forecastStatus } from '../views/campaign-forecast.ts';
import { type HeldForecasts, heldInAll, pastForecasts } from '../views/past-forecasts.ts';
import { progressOf, whyNoEnd, whyStanding } from '../views/why-no-end.ts';
import { clientsByName } from './clients-by-name.ts';
import { whyCompeting } from './competing.ts';
import { surroundingsOf } from './report.ts';

/** The kept forecast answers while it is younger than this: real time. */
const freshMs = 3 * 60_000;

/**
 * When a campaign ends by its own figures, and how its earlier forecasts held. Where the newest
 * forecast is old, one is made now, in a thread of its own; only the leader keeps forecasts.
 * @param onlyKept the newest forecast of the leader answers, of any age, and none is made
 * @returns fault `notFound.campaign`
 */
export async function readForecast(
  context: OrchestratorContext,
  who: string,
  name: string,
  onlyKept = false,
): Promise<Result<ForecastStatus, Refusal>> {
  const { store, clock } = context;
  const record = await store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const { campaign } = record;
  const surroundings = await surroundingsOf(context, campaign);
  const { kept = null } = surroundings;
  const past = { earlier: pastForecasts(campaign, kept, clock.now()), inAll: await heldOfAll(context) };
  const because = whyNoEnd(campaign, await store.counters(name), surroundings);
  const now = clock.now();
  if (because !== null) return ok(forecastStatus(campaign, { madeAt: now, because, end: null }, past));
  const newest = kept !== null && fits(kept, campaign) ? kept.newest : null;
  if (newest !== null && (onlyKept || isFresh(newest, now, clock.policySpan(freshMs))))
    return ok(forecastStatus(campaign, newest, past));
  if (onlyKept)
    return ok(forecastStatus(campaign, { madeAt: now, because: 'one is being made', end: null }, past));
  const { background, caller } = context;
  const made =
    background === undefined
      ? await makeForecast(context, name)
      : await background('forecastCampaign', who, name, caller);
  caller?.gone.throwIfAborted();
  return made.ok ? ok(forecastStatus(campaign, made.value.forecast, past)) : made;
}

const isFresh = ({ madeAt, end }: CampaignForecast, now: number, atMostMs: number): boolean =>
  now - madeAt < atMostMs && (end === null || end.p50 > now);

/** How the forecasts of all campaigns that have ended held. */
async function heldOfAll({ store, clock }: OrchestratorContext): Promise<HeldForecasts | null> {
  const records = await store.forecasts();
  if (!records.some(({ kept }) => kept.earlier.length > 0)) return null;
  const ended = await store.campaigns(['ended']);
  const keptOf = new Map(records.map(({ campaign, kept }) => [campaign, kept]));
  return heldInAll(
    ended.flatMap(({ campaign }) => {
      const kept = keptOf.get(campaign.definition.campaign);
      return kept === undefined ? [] : [{ campaign, kept }];
    }),
    clock.now(),
  );
}

/**
 * Makes the forecast of a campaign from its records, here and now.
 * @returns fault `notFound.campaign`, also for a campaign that has not started
 */
export async function makeForecast(
  { store, clock }: Pick<OrchestratorContext, 'store' | 'clock'>,
  name: string,
): Promise<Result<MadeForecast, Refusal>> {
  const record = await store.readCampaign(name);
  const basis = record === null ? null : basisOf(record.campaign);
  if (record === null || basis === null) return err(notFound('campaign', name));
  const { campaign } = record;
  const now = clock.now();
  const counters = await store.counters(name);
  const progress = progressOf(campaign, counters);
  const made = (found: CampaignForecast): Result<MadeForecast, Refusal> =>
    ok({ ...progress, basis, forecast: found });
  const because = whyStanding(campaign) ?? (await whyCompeting(store, campaign, counters));
  if (because !== null) return made({ madeAt: now, because, end: null });
  const question = await readQuestion(store, campaign, now);
  return made({ ...(await forecastCampaign(question)), binds: await whatBinds(question) });
}

/** A campaign as its records stand. */
async function readQuestion(
  store: OperatorStore,
  campaign: Campaign,
  now: number,
): Promise<ForecastQuestion> {
  const name = campaign.definition.campaign;
  const release = await store.readRelease(campaign.definition.release);
  if (release === null) throw new Error(`release ${campaign.definition.release} is not there`);
  const profile = profileOf(release);
  if (!profile.ok) throw new Error(profile.error.message);
  const stored = await Array.fromAsync(store.upgrades(name));
  const waiting = await Array.fromAsync(store.waiting(name));
  const clients = await clientsByName(store, [
    ...stored.map(({ upgrade: { client, logonServer } }) => ({ client, logonServer })),
    ...waiting,
  ]);
  const { halt } = await store.readHalt();
  return {
    campaign,
    upgrades: stored.flatMap((each) => knownUpgrade(clients, each)),
    waiting: wavesOf(campaign.waveSizes.length, clients, waiting),
    sources: {
      release,
      profile: profile.value,
      logonServers: [...new Set([...clients.values()].map(({ logonServer }) => logonServer))],
    },
    now,
    seed: name,
    isHalted: halt !== null,
  };
}

function knownUpgrade(
  clients: ReadonlyMap<string, Client>,
  { key, upgrade, index, dueAt, holdsSlots }: StoredUpgrade,
): ForecastQuestion['upgrades'] {
  const client = clients.get(key.client);
  if (client === undefined || index === 'waiting') return [];
  return [{ client, upgrade, index, dueAt, holdsSlots }];
}

/** Waiting clients by wave. The store gives them in no order: each wave has them by name. */
function wavesOf(
  count: number,
  clients: ReadonlyMap<string, Client>,
  waiting: readonly WaitingClient[],
): readonly (readonly Client[])[] {
  const byName = waiting.toSorted((a, b) => (a.client < b.client ? -1 : 1));
  return Array.from({ length: count }, (_, wave) =>
    byName.flatMap((each) => (each.wave === wave ? (clients.get(each.client) ?? []) : [])),
  );
}
