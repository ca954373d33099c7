import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { type Counters, markedIn } from '../../shared/domain/outcome/counters.ts';
import { addStates, noStates, statesBy } from '../../shared/domain/outcome/states.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';

export interface Aborted {
  readonly by: string;
  readonly because: string;
  readonly at: string;
  readonly stillMarked: number;
  /**
   * Clients on which something was begun and is finished first, and clients not cancelled yet.
   */
  readonly finishing: number;
}

/** Who aborted a campaign, and what is left of it; null = nobody did. */
export function abortedOf({ state }: Campaign, counters: Counters): Aborted | null {
  if (state.status !== 'aborted') return null;
  const { by, because, abortedAt } = state;
  const marked = markedIn(counters);
  const { active, restarting, deferred, remedying } = [...statesBy(counters, 'wave').values()].reduce(
    addStates,
    noStates,
  );
  return {
    by,
    because,
    at: isoOf(abortedAt),
    stillMarked: marked.settled + marked.unsettled,
    finishing: active + restarting + deferred + remedying,
  };
}
