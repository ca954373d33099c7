import { isCampaignOver } from '../../shared/domain/campaign/campaign.ts';
import { inWords } from '../domain/narrowing.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { leftTo, waitsTo } from '../../shared/store/member-changes.ts';
import { newestEntries } from '../audit/newest-entries.ts';
import type { OrchestratorContext } from '../context.ts';
import type { CampaignRecord, UpgradeKey } from '../../shared/store/types.ts';
import { excluding } from '../domain/criterion.ts';
import { placing } from '../domain/membership.ts';

/** Why a client of the fleet is not in a campaign, as the end of a sentence; empty = not known. */
export async function whyOutside(
  context: OrchestratorContext,
  client: Client,
  { campaign }: CampaignRecord,
): Promise<string> {
  const { store } = context;
  const { definition, state } = campaign;
  const exclusion = excluding(definition.select.exclude ?? [])(client);
  if (exclusion !== null) return `, which leaves it out: ${exclusion.reason}`;
  if (definition.membership === undefined) return '';
  const place = placing(definition)(client);
  if (place.kind === 'noWave') return ': the selection chooses it, but no wave takes it';
  if (place.kind === 'outside') return (await whyLeft(context, definition.campaign, client.client)) ?? '';
  if (isCampaignOver(state))
    return `: the selection chooses it, but the campaign has ${state.status === 'ended' ? 'ended' : 'been aborted'}`;
  const [overlap] = await store.overlapWith(definition.campaign, [client.client]);
  const after = overlap === undefined ? 'in a moment' : `when ${inWords(overlap.campaign)} has finished it`;
  return `: it joins ${after}`;
}

/** A person reads no more of them. */
const namedAtMost = 3;

/**
 * The campaigns that are not over and would have the client but for a reason, as the end of a
 * sentence; empty = there is none.
 */
export async function whyInNone(context: OrchestratorContext, client: Client): Promise<string> {
  const found: string[] = [];
  for (const record of await context.store.campaigns([
    'created',
    'scheduled',
    'waitingForRelease',
    'running',
    'paused',
  ])) {
    const because = await whyOutside(context, client, record);
    if (because !== '') found.push(`campaign ${record.campaign.definition.campaign}${because}`);
  }
  const more = found.length - namedAtMost;
  const named = found.slice(0, namedAtMost).join('; not in ');
  return found.length === 0
    ? ''
    : `; it is not in ${named}${more > 0 ? `; and ${more} more like these` : ''}`;
}

/** How many entries of one client are looked through. */
const entriesAtMost = 200;

async function whyLeft(
  context: OrchestratorContext,
  campaign: string,
  client: string,
): Promise<string | null> {
  const [newest] = await newestEntries(context, 1, { campaign, client });
  return newest?.to === leftTo ? `, which it left: ${newest.because}` : null;
}

/** When and why a client joined a campaign; null = it was there from the creation on. */
export async function joinOf(
  context: OrchestratorContext,
  key: UpgradeKey,
): Promise<{ readonly at: number; readonly because: string } | null> {
  const entries = await newestEntries(context, entriesAtMost, key);
  return entries.find(({ from, to }) => from === leftTo && to === waitsTo) ?? null;
}
