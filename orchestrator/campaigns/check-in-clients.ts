import { reportIn } from '../fleet/check-in.ts';
import { ok, type Result } from '../../shared/errors.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import type { ClientFilter } from './client-filter.ts';
import { clientsAsked, findCampaign } from './list-clients.ts';

/** A bulk check-in: how many clients wait as asked, and how many of them will be looked at. */
export interface CheckedIn {
  readonly campaign: string;
  readonly asked: number;
  readonly looks: number;
}

/** Clients that check in at the same time. */
const atOnce = 50;

/**
 * Checks in for every client that waits as the filter says: each is looked at as soon as possible,
 * within the campaign's budgets. For the morning after the line to a site is back.
 */
export async function checkInClients(
  context: OrchestratorContext,
  name: string,
  filter: ClientFilter,
): Promise<Result<CheckedIn, Refusal>> {
  const { store, clock } = context;
  const found = await findCampaign(store, name, filter);
  if (!found.ok) return found;
  let [asked, looks] = [0, 0];
  const report = async (page: readonly string[]): Promise<void> => {
    const outcomes = await Promise.all(page.map(async (client) => reportIn(context, client, null)));
    asked += page.length;
    looks += outcomes.filter((each) => each.looks && each.campaign === name).length;
  };
  let page: string[] = [];
  for await (const { client, state } of clientsAsked(
    store,
    found.value.campaign,
    found.value.filter,
    clock.now(),
  )) {
    if (state !== 'deferred' && state !== 'restarting') continue;
    page.push(client);
    if (page.length < atOnce) continue;
    await report(page);
    page = [];
  }
  await report(page);
  return ok({ campaign: name, asked, looks });
}
