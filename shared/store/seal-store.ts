import type { AuditEntry, Evidence, StoredUpgrade, UpgradeKey } from './types.ts';

/** An audit entry as the stream of its shard keeps it. */
export interface KeptEntry extends AuditEntry {
  /** `ms-n`: rises within a shard, in the order in which things were done. */
  readonly id: string;
  /** Version of the record (upgrade or campaign) after the step; null where none has one. */
  readonly version: number | null;
  /** The servpack version that did it. */
  readonly servpack: string;
  /** What else was kept as evidence at this step, beside `evidence`. */
  readonly beside: readonly string[];
}

/** The newest block of a shard's chain, as Redis remembers it. */
export interface SealedHead {
  readonly number: number;
  /** SHA-256 of the block. */
  readonly head: string;
  /** Its entries come after this id … */
  readonly after: string;
  /** … and end with this one. */
  readonly last: string;
  /** The exact first line of the block: with the entries enough to make it again. */
  readonly header: string;
}

export interface SealState {
  /** Null before the first block. */
  readonly head: SealedHead | null;
  /** Number of the newest block that is known to stand in a file; 0 = none. */
  readonly written: number;
}

/** Before every id. */
export const beforeAll = '0-0';

/** Written evidence stays in Redis for so long after it was used last; afterwards it is in the files only. */
export const writtenEvidenceSeconds = 30 * 24 * 3_600;

/** What sealing needs of the store. One stream and one chain per shard; shards count from 0. */
/** Sealing the audit and trimming it. Only the sealer of the leader uses it. */
export interface SealStore {
  /**
   * Compare-and-set of the chain head: false when the head is not `before` any more, or when `before` is not known to stand in a
   * file. So at most one block is sealed and not written.
   */
  moveSeal(shard: number, before: SealedHead | null, next: SealedHead): Promise<boolean>;
  /** The records of these clients as they are now; null where there is none. */
  readUpgrades(shard: number, keys: readonly UpgradeKey[]): Promise<readonly (StoredUpgrade | null)[]>;
  /** Those of the texts that are there and have not been marked as written. */
  unwrittenEvidence(shard: number, sha256s: readonly string[]): Promise<readonly Evidence[]>;
  /**
   * The block stands in a file, and so does its evidence, which now expires unless it is used again. Ignored when the head is
   * another one.
   */
  markWritten(shard: number, block: number, sha256s: readonly string[]): Promise<void>;
  /** Removes the oldest entries that stand in a file, a bounded number per call; the newest `keep` stay. Returns how many went. */
  trimAudit(shard: number, keep: number): Promise<number>;
}
