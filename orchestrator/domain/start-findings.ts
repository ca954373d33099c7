import type { CampaignDefinition, Release } from '../../shared/domain/campaign/definition.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

/** A file may be a little late: its author pressed a key, and the clocks differ. */
const lateAtMostMs = 60_000;

/** Why the start time of a file cannot be meant; null = it is still to come, or there is none. */
export function whyStartPassed({ startAt }: CampaignDefinition, now: number): string | null {
  if (startAt === null || startAt >= now - lateAtMostMs) return null;
  return `startAt ${isoOf(startAt)} has passed: it is ${isoOf(now)}, and the campaign would begin as soon as somebody starts it`;
}

/** A release that was withdrawn counts as not staged; a person learns why. */
export const withdrawnWarnings = (release: Release | null): readonly string[] =>
  release?.withdrawn === undefined
    ? []
    : [
        `release ${release.release} was withdrawn by ${release.withdrawn.by}: ${release.withdrawn.because}; nothing starts with it until it is staged again`,
      ];
