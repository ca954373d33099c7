import { type End, ends } from '../../shared/domain/outcome/ending.ts';
import type { Commit, CommitOutcome, UpgradeStore } from '../../shared/store/upgrade-store.ts';
import type { Figures } from './figures.ts';

/** Campaigns with series of their own. */
const campaignsAtMost = 50;

/**
 * The same store, which times commits and counts what they say. It reads only what a commit carries
 * anyway, and asks Redis nothing.
 */
export function measuredStore<Of extends Pick<UpgradeStore, 'begin' | 'commit'>>(
  store: Of,
  figures: Figures,
): Of {
  const campaigns = openCampaigns(figures);
  return {
    ...store,
    begin: async (...args) => {
      const begun = await store.begin(...args);
      if (begun.kind === 'begun') figures.leasesTaken.inc();
      return begun;
    },
    commit: async (commit) => {
      const since = performance.now();
      const outcome = await store.commit(commit);
      figures.commitSeconds.observe((performance.now() - since) / 1_000);
      if (outcome.kind === 'committed') noteCommitted(commit, figures, campaigns);
      else figures.refused.inc({ reason: reasons[outcome.kind] });
      return outcome;
    },
  };
}

const reasons: Readonly<Record<Exclude<CommitOutcome['kind'], 'committed'>, string>> = {
  inbox: 'messageCame',
  held: 'held',
  stale: 'otherDriver',
};

/** The counters of a commit are what it changes: a column that grows by one is a new state. */
function noteCommitted({ key, counters }: Commit, figures: Figures, campaigns: Campaigns): void {
  for (const [name, by] of Object.entries(counters)) {
    if (by <= 0) continue;
    const [kind, second = '', , bucket = ''] = name.split('|');
    if (kind === 'deferrals') figures.deferrals.inc({ class: second }, by);
    if (kind === 'state' && isEnd(bucket))
      figures.settled.inc({ campaign: campaigns.labelOf(key.campaign), end: bucket });
  }
}

const isEnd = (bucket: string): bucket is End => (ends as readonly string[]).includes(bucket);

interface Campaigns {
  labelOf(campaign: string): string;
}

/**
 * Names the campaigns that have series: the newest ones. The series of the one that settled nothing
 * for longest go when another campaign comes.
 */
function openCampaigns({ settled }: Figures): Campaigns {
  const known = new Set<string>();
  return {
    labelOf: (campaign) => {
      known.delete(campaign);
      known.add(campaign);
      const [oldest] = known;
      if (known.size > campaignsAtMost && oldest !== undefined) {
        known.delete(oldest);
        for (const end of ends) settled.remove({ campaign: oldest, end });
      }
      return campaign;
    },
  };
}
