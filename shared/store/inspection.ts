import type { Activation, UpgradeKey } from './store.ts';

/** What a slow pass over the records can find wrong with one client. */
export const upgradeFaults = {
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

export type UpgradeFault = keyof typeof upgradeFaults;

export interface InspectFinding {
  readonly key: UpgradeKey;
  readonly found: UpgradeFault;
  /** The job that must be there now; null when none is due. */
  readonly next: Activation | null;
}

export interface Inspected {
  readonly findings: readonly InspectFinding[];
  /** Counts of a whole shard that were wrong and are right now. */
  readonly recounted: readonly ('slots' | 'counters')[];
  /** Where the next page begins; null after the last one. */
  readonly cursor: string | null;
}
