import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Bucket, Counters } from '../../shared/domain/outcome/counters.ts';
import { buckets } from '../../shared/domain/outcome/states.ts';
import { ok, type Result } from '../../shared/errors.ts';
import { nameKey } from '../../shared/store/name-order.ts';
import type { OrchestratorContext } from '../context.ts';
import { placeOf } from '../lists/cursor.ts';
import type { Page, PageQuestion } from '../lists/page.ts';
import { pageOfPart, readPart } from '../lists/read-part.ts';
import type { Refusal } from '../refusal.ts';
import type { ClientReport } from '../views/report.ts';
import { type ClientFilter, findCampaign, kindOf, reportIfAsked } from './list-clients.ts';

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
  const counted =
    seesAll && isCounted(filter)
      ? countedTotal(campaign, await store.counters(campaign.definition.campaign), filter)
      : null;
  return ok(pageOfPart(list, place.value, part, counted, question.isFiltered));
}

/** Fields in one order, so that the same filter has the same key. */
const filterKey = ({ state, wave, server, cause, marked = false, stuck, prefix }: ClientFilter): unknown => [
  state ?? null,
  wave ?? null,
  server ?? null,
  cause ?? null,
  marked,
  stuck ?? null,
  prefix?.toLowerCase() ?? null,
];

/** Does anything but the names decide? */
const isFiltered = ({ state, wave, server, cause, marked = false, stuck }: ClientFilter): boolean =>
  marked || [state, wave, server, cause, stuck].some((each) => each !== undefined);

/** Do the counters tell how many clients a filter lets through? */
const isCounted = ({ cause, marked = false, stuck, prefix = '' }: ClientFilter): boolean =>
  cause === undefined && !marked && stuck === undefined && prefix === '';

/** How many clients the filter lets through, by the counters. */
function countedTotal(
  { definition, state: { status } }: Campaign,
  counters: Counters,
  { wave, server, state }: ClientFilter,
): number {
  const isAborted = status === 'aborted';
  const isAsked = (bucket: string): boolean =>
    state === undefined || state === (isAborted && bucket === 'waiting' ? 'cancelled' : bucket);
  let total = 0;
  for (const [counter, count] of Object.entries(counters)) {
    const [kind, at = '', logonServer, bucket = ''] = counter.split('|');
    if (kind !== 'state' || !buckets.includes(bucket as Bucket) || !isAsked(bucket)) continue;
    if (wave !== undefined && definition.waves[Number(at)]?.name !== wave) continue;
    if (server !== undefined && logonServer !== server) continue;
    total += count;
  }
  return total;
}
