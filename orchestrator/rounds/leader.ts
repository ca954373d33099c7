import type { LeaderContext } from '../context.ts';
import { repeat } from './repeat.ts';
import { RecordsGone } from '../../shared/store/errors.ts';
import type { LeaderFence } from '../../shared/store/leader-store.ts';
import type { LeadingStore } from '../../shared/store/store.ts';

/**
 * Real time. When a leader is killed another leads after the lease and one ask at most. A renewal
 * that fails once leaves time for another one.
 */
export const leadTiming = { leaseMs: 3_000, renewMs: 1_400, askMs: 250 } as const;

/** Real time after which the leader looks whether the records are still those of its Redis. */
const checkEveryMs = 10_000;

export interface Leadership {
  /**
   * The context of this term, whose changes carry its fence; null while this process does not
   * lead.
   */
  context(): LeaderContext | null;
  /**
   * Ends the lease, so that another orchestrator leads at once. Rejects when Redis does not answer:
   * then the lease expires.
   */
  resign(): Promise<void>;
}

interface Term {
  readonly fence: LeaderFence;
  readonly context: LeaderContext;
  /** By this process's own clock, which no one can set back. */
  heldUntil: number;
}

/**
 * Seeks the leader's lease and renews it. This process takes itself for the leader only until one
 * lease after it asked. A process that was frozen, or could not ask for longer, knows at once that
 * it no longer leads, and what it still changes carries an older fence.
 * @param onChange called when this process begins to lead
 */
export function seekLeadership(
  base: LeaderContext,
  owner: string,
  onChange: () => void = () => undefined,
  timing: typeof leadTiming = leadTiming,
): Leadership {
  const { store, log } = base;
  let term: Term | null = null;
  let recordsCheckedAt = -Infinity;
  const isHeld = (): boolean => term !== null && performance.now() < term.heldUntil;
  const ask = async (): Promise<void> => {
    const heldUntil = performance.now() + timing.leaseMs;
    if (term !== null && isHeld() && performance.now() < recordsCheckedAt + checkEveryMs) {
      if (await store.renewLead(owner, term.fence, timing.leaseMs)) {
        term.heldUntil = heldUntil;
        base.processes?.leaderFound();
        return;
      }
    }
    recordsCheckedAt = performance.now();
    await store.checkRecords().catch((error: unknown) => {
      // Nothing is done for records that are gone.
      if (error instanceof RecordsGone) term = null;
      throw error;
    });
    const outcome = await store.lead(owner, timing.leaseMs);
    base.processes?.leaderFound();
    if (outcome.kind === 'follows') {
      if (term !== null) log.warn({ leader: outcome.owner }, 'leads no more');
      term = null;
    } else if (outcome.fence === term?.fence) {
      term.heldUntil = heldUntil;
    } else {
      const { fence } = outcome;
      term = { fence, heldUntil, context: { ...base, store: ledBy(store, fence) } };
      log.info({ fence }, 'leads');
      onChange();
    }
  };
  const asking = repeat('leadership', () => (isHeld() ? timing.renewMs : timing.askMs), ask, log);
  return {
    context: () => (isHeld() ? (term?.context ?? null) : null),
    resign: async () => {
      await asking.stop();
      const fence = term?.fence;
      term = null;
      if (fence !== undefined) await store.resign(owner, fence);
    },
  };
}

/** The store as a leader uses it: what a round changes carries the fence of the term. */
export const ledBy = (store: LeadingStore, leader: LeaderFence): LeadingStore => ({
  ...store,
  commitCampaign: (next, version, audit, conditions) =>
    store.commitCampaign(next, version, audit, { ...conditions, leader }),
  changeMembers: (next, version, audit, steps, conditions) =>
    store.changeMembers(next, version, audit, steps, { ...conditions, leader }),
  admit: (campaign, picks, at, _, pace) => store.admit(campaign, picks, at, leader, pace),
  checkInvariants: (campaign, cursor, limit, at) =>
    store.checkInvariants(campaign, cursor, limit, at, leader),
  writeCopies: (release, manifest, found, forgotten) =>
    store.writeCopies(release, manifest, found, forgotten, leader),
  keepForecasts: (campaign, kept) => store.keepForecasts(campaign, kept, leader),
  commitNotices: (version, memory, notices) => store.commitNotices(version, memory, notices, leader),
  commitForwarded: (shard, before, next) => store.commitForwarded(shard, before, next, leader),
  sweep: (at, graceMs, limit, skip) => store.sweep(at, graceMs, limit, skip, leader),
});
