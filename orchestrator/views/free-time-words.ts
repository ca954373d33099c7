import { freeTimeInWords, looksAtLeast } from '../../shared/domain/rules/free-time.ts';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { wallTimeOf } from '../../shared/domain/time/window.ts';

/** What a campaign file says of the usual free time of clients; null = nothing. */
export const freeTimeRule = ({ learnsFreeTime }: CampaignPolicy): string | null =>
  learnsFreeTime === true
    ? `a deferred client is looked at when it was usually free, by its own clock, from ${looksAtLeast} looks on; at the latest when the next look but one would come`
    : null;

/** Why the next look of a client comes at this moment, where that follows from earlier looks. */
export function freeTimeRemarks({ state, memory }: Upgrade, zone: string | undefined): readonly string[] {
  const { freeTime } = memory.learned;
  if (state.phase !== 'deferred' || freeTime?.instead === undefined || zone === undefined) return [];
  const why = freeTimeInWords(freeTime.looks, zone, state.until) ?? 'it was seldom free at the planned time';
  const instead = wallTimeOf(zone, freeTime.instead);
  return [`next look ${wallTimeOf(zone, state.until)} instead of ${instead}, because ${why}`];
}
