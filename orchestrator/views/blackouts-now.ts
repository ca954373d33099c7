import { type Campaign, isCampaignOver } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignBlackout, CampaignDefinition } from '../../shared/domain/campaign/definition.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

/** Clocks are ahead of UTC by 14 hours at most, and behind it by 12. */
const aheadMs = 14 * 60 * 60_000;
const behindMs = 12 * 60 * 60_000;

/** A blackout is announced so long before it begins. */
const announcedMs = 7 * 24 * 60 * 60_000;

/** What the status of a campaign says of blackouts; one that begins nothing more waits for none. */
export function blackoutsIn(
  { definition, state }: Campaign,
  now: number,
): { readonly blackouts?: readonly string[] } {
  const blackouts = isCampaignOver(state) ? [] : blackoutsNow(definition, now);
  return blackouts.length === 0 ? {} : { blackouts };
}

/**
 * The blackouts that last now for some clients, or begin for some in the next week, in words. A
 * client's own clock decides, and the status reads no clients: `client why` says it of one.
 */
function blackoutsNow({ calendar }: CampaignDefinition, now: number): readonly string[] {
  return (calendar?.blackouts ?? []).flatMap((blackout) => {
    const [from, to] = [earliest(blackout.from), latest(blackout.to)];
    if (to <= now || from > now + announcedMs) return [];
    const edges = `from ${edgeWords(blackout.from)} to ${edgeWords(blackout.to)}`;
    const some = blackout.where === undefined ? '' : ', for some of its clients';
    // By the clocks of clients it may last for some, for all or for none by now.
    const lasts = clockOf(blackout) !== '' ? '' : from <= now ? ' lasts' : ' comes';
    return [`blackout "${blackout.reason}"${lasts}: ${edges}${clockOf(blackout)}${some}`];
  });
}

const clockOf = ({ from, to }: CampaignBlackout): string =>
  typeof from === 'number' && typeof to === 'number' ? '' : " by each client's own clock";

const asUtc = (wall: string): number => Temporal.Instant.from(`${wall}Z`).epochMilliseconds;

const earliest = (edge: string | number): number => (typeof edge === 'number' ? edge : asUtc(edge) - aheadMs);

const latest = (edge: string | number): number => (typeof edge === 'number' ? edge : asUtc(edge) + behindMs);

/** `2026-12-20 00:00`, or a moment in UTC. */
export const edgeWords = (edge: string | number): string =>
  typeof edge === 'number' ? isoOf(edge) : edge.replace('T', ' ');
