import type { SweepFinding } from './types.ts';
import type { LeaderFence } from './leader-store.ts';
import type { Activation, UpgradeKey } from './types.ts';

/** What a slow pass over the records can find wrong with one client. */
export const violations = {
  inNoIndex: 'it was in no index: nobody would have come to it again',
  inSeveral: 'it was in several indexes',
  inAnother: 'it was in another index than its record says',
  otherDueTime: 'the index had another due time than its record',
  otherLine: 'it stood in the wrong line of parked ones',
  noClaim: 'no campaign claimed it: another one could have taken it',
  noRecord: 'its record was gone: it begins anew, with a look',
  waitsThoughRecorded: 'it was listed as waiting and has a record',
  indexedThoughSettled: 'it has settled and was still in an index',
  claimedThoughSettled: 'it has settled and was still claimed',
} as const;

export type ViolationKind = keyof typeof violations;

export interface Violation {
  readonly key: UpgradeKey;
  readonly found: ViolationKind;
  /** The job that must be there now; null when none is due. */
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
   * Upgrades overdue by more than `graceMs` of policy time, and drivers whose lease ended: what must be added
   * to BullMQ (again). An expired lease is taken away and the upgrade made due at `at` under the same
   * activation number + 1; its slots stay with the record, and its crashes grow by 1.
   * @param limit how many at most; ended leases come first, then the longest overdue
   * @param skip so many of the longest overdue are passed over, so that later ones get their turn
   * @param leader nothing is found or changed when a newer one has been seen
   */
  sweep(
    at: number,
    graceMs: number,
    limit: number,
    skip?: number,
    leader?: LeaderFence,
  ): Promise<readonly SweepFinding[]>;
  /**
   * Looks at a page of a campaign's clients for what the sweep does not see: in no index or in two, an index that disagrees with
   * its record, a lost claim or record; and after each shard, as far as it is cheap, at its counts. Puts right what is wrong,
   * each client at once, with an audit entry. Two of them at once do no harm.
   * @param cursor from the page before; empty = from the beginning
   * @param limit about so many clients
   */
  checkInvariants(
    campaign: string,
    cursor: string,
    limit: number,
    at: number,
    leader?: LeaderFence,
  ): Promise<InvariantCheck>;
}
