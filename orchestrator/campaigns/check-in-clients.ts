import { reportIn } from '../fleet/check-in.ts';
import { groupsOf } from '../../shared/streams.ts';
import { ok, type Result } from '../../shared/errors.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import type { ClientReport } from '../views/report.ts';
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
  const reports = clientsAsked(store, found.value.campaign, found.value.filter, clock.now());
  let [asked, looks] = [0, 0];
  for await (const clients of groupsOf(thatWait(reports), atOnce)) {
    const outcomes = await Promise.all(clients.map(async (client) => reportIn(context, client, null)));
    asked += clients.length;
    looks += outcomes.filter((each) => each.looks && each.campaign === name).length;
  }
  return ok({ campaign: name, asked, looks });
}

async function* thatWait(reports: AsyncIterable<ClientReport>): AsyncGenerator<string> {
  for await (const { client, state } of reports)
    if (state === 'deferred' || state === 'restarting') yield client;
}
