import { counted } from '../domain/counted.ts';
import { ok, type Result } from '../../shared/errors.ts';
import { groupsOf, namesOf } from '../../shared/streams.ts';
import type { OrchestratorContext } from '../context.ts';
import { partOf } from '../fleet/clients.ts';
import type { Refusal } from '../refusal.ts';
import { type ChosenClients, filterOf } from './chosen-clients.ts';
import { skipClient } from './client-actions.ts';
import { clientsAsked, findCampaign } from './list-clients.ts';

/** How many clients were left out of a campaign, and how many had finished, or are not in it. */
export interface SkippedClients {
  readonly campaign: string;
  readonly skipped: number;
  readonly passedOver: number;
}

export interface SkipOrder {
  readonly chosen: Exclude<ChosenClients, { readonly which: unknown }>;
  readonly reason: string;
  /** Only counts. */
  readonly isDryRun: boolean;
}

/** Clients that are skipped at the same time. */
const atOnce = 50;

/** Gives the chosen clients up: each ends as skipped as soon as nothing is open on it. */
export async function skipClients(
  context: OrchestratorContext,
  who: string,
  name: string,
  { chosen, reason, isDryRun }: SkipOrder,
): Promise<Result<SkippedClients, Refusal>> {
  const { store, clock } = context;
  const found = await findCampaign(store, name, filterOf(chosen));
  if (!found.ok) return found;
  const { campaign, filter } = found.value;
  let [skipped, passedOver] = [0, 0];
  const skipOne = async (client: string): Promise<boolean> =>
    isDryRun
      ? isOpen(context, name, client)
      : (await skipClient(context, who, { client, reason, campaign: name })).ok;
  const names =
    'clients' in chosen
      ? new Set(chosen.clients)
      : namesOf(clientsAsked(store, campaign, filter, clock.now()));
  for await (const clients of groupsOf(names, atOnce)) {
    const done = (await Promise.all(clients.map(skipOne))).filter(Boolean).length;
    skipped += done;
    passedOver += clients.length - done;
  }
  if (!isDryRun)
    context.log.info({ campaign: name, who, skipped, passedOver }, `${counted(skipped, 'client')} skipped`);
  return ok({ campaign: name, skipped, passedOver });
}

/** Is the client in the campaign, and not finished there? */
async function isOpen({ store }: OrchestratorContext, campaign: string, client: string): Promise<boolean> {
  const part = await partOf(store, client, campaign);
  return part !== null && (part.kind === 'waiting' || part.stored.upgrade.state.phase !== 'settled');
}
