import { looksAtLeast } from '../../shared/domain/rules/better-look.ts';
import { freeTimeInWords } from '../../shared/domain/rules/free-time-words.ts';
import type { CampaignPolicy } from '../../shared/domain/rules/policy.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { plannedInstead } from '../../shared/domain/upgrade/waits.ts';
import { wallTimeOf } from '../../shared/domain/time/window.ts';

/** What a campaign file says of the usual free time of clients; null = nothing. */
export const freeTimeRule = ({ learnsFreeTime }: CampaignPolicy): string | null =>
  learnsFreeTime === true
    ? `a deferred client is looked at when it was usually free, by its own clock, from ${looksAtLeast} sightings on; never after the longest delay of its class`
    : null;

/** Why the next look of a client comes at this moment, where that follows from earlier looks. */
export function freeTimeRemarks(upgrade: Upgrade, zone: string | undefined): readonly string[] {
  const { state, memory } = upgrade;
  const { freeTime } = memory.learned;
  const instead = plannedInstead(upgrade);
  if (state.phase !== 'deferred' || freeTime === undefined || instead === null || zone === undefined)
    return [];
  const why = freeTimeInWords(freeTime.looks, zone, state.until, instead);
  return [
    `next look ${wallTimeOf(zone, state.until)} instead of ${wallTimeOf(zone, instead)}, because ${why}`,
  ];
}

/** How many deferred clients are looked at when they were usually free; left out = none. */
export const learnedLooksIn = (counters: Counters): { readonly learnedLooks?: number } => {
  const learnedLooks = counters['learnedLooks'] ?? 0;
  return learnedLooks === 0 ? {} : { learnedLooks };
};
