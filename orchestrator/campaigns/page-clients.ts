import { ok, type Result } from '../../shared/errors.ts';
import { nameKey } from '../../shared/store/name-order.ts';
import type { OrchestratorContext } from '../context.ts';
import { placeOf } from '../lists/cursor.ts';
import type { Page, PageQuestion } from '../lists/page.ts';
import { pageOfPart, readPart } from '../lists/read-part.ts';
import type { Refusal } from '../refusal.ts';
import type { ClientReport } from '../views/report.ts';
import {
  type ClientFilter,
  countedTotal,
  filterKey,
  isFiltered,
  kindOf,
  reportIfAsked,
} from './client-filter.ts';
import { findCampaign } from './list-clients.ts';

/**
 * One page of a campaign's clients, in the order of their names. Costs the same for any number of
 * clients and at any place of the list. With a filter that passes over most clients it ends after
 * 20,000 of them and answers what it has found.
 * @param seesAll false = the caller sees clients of some logon servers only: the counters do not
 * tell how many
 */
export async function pageClients(
  { store, clock }: OrchestratorContext,
  name: string,
  { limit, after, ...asked }: ClientFilter & PageQuestion,
  seesAll = true,
): Promise<Result<Page<ClientReport>, Refusal>> {
  const found = await findCampaign(store, name, asked);
  if (!found.ok) return found;
  const { campaign, filter } = found.value;
  const list = ['clients', campaign.definition.campaign, campaign.life ?? 0, filterKey(filter)];
  const place = placeOf(list, after);
  if (!place.ok) return place;
  const question = { after: place.value?.after ?? null, limit, isFiltered: isFiltered(filter) };
  const now = clock.now();
  const part = await readPart(
    question,
    async (through, count) => {
      const range = { after: through, prefix: filter.prefix, limit: count };
      const { members, ...read } = await store.membersByName(
        campaign.definition.campaign,
        range,
        kindOf(campaign, filter),
      );
      return { found: members, ...read };
    },
    (member) => reportIfAsked(campaign, filter, member, now),
    ({ client }) => nameKey(client),
  );
  const counted = seesAll
    ? countedTotal(campaign, await store.counters(campaign.definition.campaign), filter)
    : null;
  return ok(pageOfPart(list, place.value, part, counted, question.isFiltered));
}
