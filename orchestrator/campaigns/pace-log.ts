import { type PaceSample, paceMs } from '../views/estimate.ts';

/** The least policy time between two samples: an hour has at most 60. */
const everyMs = 60_000;

/**
 * How many clients of each running campaign were finished at which time. Lives as long as the
 * process: after its start an orchestrator has no pace for some minutes, and says so.
 */
export interface PaceLog {
  note(campaign: string, sample: PaceSample): void;
  of(campaign: string): readonly PaceSample[];
  /** Forgets all campaigns but these. */
  keep(campaigns: ReadonlySet<string>): void;
}

export function openPaceLog(): PaceLog {
  const known = new Map<string, readonly PaceSample[]>();
  return {
    note: (campaign, sample) => {
      const samples = known.get(campaign) ?? [];
      const last = samples.at(-1);
      if (last !== undefined && sample.at - last.at < everyMs) return;
      // The newest sample that is an hour old or older is the beginning of the last hour.
      const begin = samples.findLastIndex(({ at }) => sample.at - at >= paceMs);
      known.set(campaign, [...samples.slice(Math.max(0, begin)), sample]);
    },
    of: (campaign) => known.get(campaign) ?? [],
    keep: (campaigns) => {
      for (const campaign of known.keys()) if (!campaigns.has(campaign)) known.delete(campaign);
    },
  };
}
