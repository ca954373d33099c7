import { type Forecast, type Forecasting, forecasting } from '../views/survey-forecast.ts';
import { stepsAgainst } from '../domain/ladder-steps.ts';
import { err, ok, type Result } from '../../shared/errors.ts';
import { groupsOf, namesOf } from '../../shared/streams.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { OrchestratorContext } from '../context.ts';
import { notFound, type Refusal } from '../refusal.ts';

const pieceSize = 1_000;

/**
 * Forecasts a campaign from the last looks at its waiting clients; before its start all clients
 * wait.
 */
export async function forecastCampaign(
  { store, clock }: OrchestratorContext,
  name: string,
): Promise<Result<Forecast, Refusal>> {
  const record = await store.readCampaign(name);
  if (record === null) return err(notFound('campaign', name));
  const { release, policy } = record.campaign.definition;
  const product = (await store.readRelease(release))?.product ?? null;
  const sums = forecasting(product, clock.now());
  await addLooks(store, sums, namesOf(store.waiting(name)));
  return ok(sums.forecast(stepsAgainst(policy, 'service')));
}

/**
 * Adds the last look at each of these clients to `sums`, in pieces: there may be a million clients.
 */
export async function addLooks(
  store: OperatorStore,
  sums: Forecasting,
  clients: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  for await (const piece of groupsOf(clients, pieceSize))
    for (const look of await store.lastLooks(piece)) sums.add(look);
}
