import { awaitingOf, type Campaign, missedStart } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { withLateAnswers } from './late-answers.ts';

/** Who paused a campaign, or its start, and why. */
export interface Paused {
  readonly by: string;
  readonly because: string;
  readonly at: string;
  /** No person did. */
  readonly byGate: boolean;
  /** What has passed while its start was paused, in words: a resume starts it now. */
  readonly missed: string | null;
}

/**
 * @param isStaged a campaign may start with its release now
 * @returns null unless the campaign or its start is paused
 */
export function pausedOf(
  campaign: Campaign,
  counters: Counters,
  isStaged: boolean,
  now: number,
): Paused | null {
  const { state } = withLateAnswers(campaign, counters);
  if (state.status === 'paused') {
    const { by, because, pausedAt, byGate } = state;
    return { by, because, at: isoOf(pausedAt), byGate, missed: null };
  }
  const paused = awaitingOf(state)?.paused;
  if (paused === undefined) return null;
  const { by, because, at } = paused;
  return { by, because, at: isoOf(at), byGate: false, missed: missedStart(campaign, isStaged, now) };
}
