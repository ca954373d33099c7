import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { profileOf } from '../../shared/products/profile.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { StoredUpgrade, WaitingClient } from '../../shared/store/types.ts';
import type { OrchestratorContext } from '../context.ts';
import { forecastCampaign as forecast } from '../forecast/campaign-forecast.ts';
import type { ForecastQuestion } from '../forecast/question.ts';
import { whyStanding } from '../forecast/why-no-forecast.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { type ForecastStatus, forecastStatus } from '../views/campaign-forecast.ts';

/** When a campaign ends by its own figures. Its simulations run in a thread of their own. */
export async function readForecast(
  context: OrchestratorContext,
  who: string,
  name: string,
): Promise<Result<ForecastStatus, Refusal>> {
  const { background } = context;
  return background === undefined
    ? forecastCampaign(context, name)
    : background('forecastCampaign', who, name);
}

/** The same, here and now. */
export async function forecastCampaign(
  { store, clock }: Pick<OrchestratorContext, 'store' | 'clock'>,
  name: string,
): Promise<Result<ForecastStatus, Refusal>> {
  const record = await store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const { campaign } = record;
  const because = whyStanding(campaign);
  if (because !== null) return ok(forecastStatus(campaign, { madeAt: clock.now(), because, end: null }));
  return ok(forecastStatus(campaign, await forecast(await readQuestion(store, campaign, clock.now()))));
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
  const clients = await clientsOf(store, [
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

const pieceSize = 1_000;

/** The fleet's entries, under the logon server by which the campaign counts each. */
async function clientsOf(
  store: OperatorStore,
  named: readonly Pick<WaitingClient, 'client' | 'logonServer'>[],
): Promise<ReadonlyMap<string, Client>> {
  const found = new Map<string, Client>();
  for (let at = 0; at < named.length; at += pieceSize) {
    const piece = named.slice(at, at + pieceSize);
    const clients = await store.readClients(piece.map(({ client }) => client));
    clients.forEach((client, index) => {
      const logonServer = piece[index]?.logonServer;
      if (client !== null && logonServer !== undefined) found.set(client.client, { ...client, logonServer });
    });
  }
  return found;
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
