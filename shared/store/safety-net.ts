import type { LeaderFence } from './leader-store.ts';
import type { Activation, UpgradeKey } from './types.ts';

export interface SweepFinding {
  readonly key: UpgradeKey;
  readonly found: 'overdue' | 'leaseExpired';
  readonly next: Activation;
}

/** What the check of invariants can find wrong with one client. */
export const violations = {
  inNoIndex: 'it was in no index: no driver would have come to it again',
  inSeveral: 'it was in several indexes',
  inAnother: 'it was in another index than its record says',
  otherDueTime: 'the index had another due time than its record',
  otherLine: 'it was in the wrong line of parked upgrades',
  noClaim: 'no campaign claimed it: another one could have taken it',
  noRecord: 'its record was gone: it begins again, with a look',
  waitsThoughRecorded: 'it was listed as waiting and has a record',
  indexedThoughSettled: 'it has settled and was still in an index',
  claimedThoughSettled: 'it has settled and was still claimed',
} as const;

export type ViolationKind = keyof typeof violations;

export interface Violation {
  readonly key: UpgradeKey;
  readonly found: ViolationKind;
  /** The job that must exist now; null when none is due. */
  readonly next: Activation | null;
}

export interface InvariantCheck {
  readonly findings: readonly Violation[];
  /** Counts of a whole shard that were wrong and are right now. */
  readonly recounted: readonly ('slots' | 'counters')[];
  /** Where the next page begins; null after the last one. */
  readonly cursor: string | null;
}

/** Finds and repairs what a crash left behind. Only the leader uses it. */
export interface SafetyNet {
  /**
   * Finds upgrades that are overdue by more than `graceMs` of policy time, and drivers whose lease
   * has ended. Takes an expired lease away: the upgrade becomes due at `at` under its next
   * activation, keeps its slots, and its crashes grow by 1.
   * @param limit how many at most; ended leases come first, then the longest overdue
   * @param skip how many of the longest overdue to pass over, so that later ones get their turn
   * @param leader nothing is found or changed when a newer one has been seen
   * @returns the jobs that the caller must add to BullMQ, or add again
   */
  sweep(
    at: number,
    graceMs: number,
    limit: number,
    skip?: number,
    leader?: LeaderFence,
  ): Promise<readonly SweepFinding[]>;
  /**
   * When the sweep finds something if nothing changes: the earliest due time (policy time) and the
   * earliest end of a lease (real time). Null = no upgrade is due, or driven.
   */
  nextSweep(): Promise<{ readonly dueAt: number | null; readonly leaseEndsAt: number | null }>;
  /**
   * Checks a page of a campaign's clients for what the sweep does not see: in no index or in two,
   * an index that disagrees with its record, a lost claim or record. After the last page of a
   * shard it recounts slots and counters, as far as that is cheap. Repairs what is wrong, each
   * client at once, with an audit entry. Two checks at the same time do no harm.
   * @param cursor from the page before; empty = from the beginning
   * @param limit about how many clients
   */
  checkInvariants(
    campaign: string,
    cursor: string,
    limit: number,
    at: number,
    leader?: LeaderFence,
  ): Promise<InvariantCheck>;
}
