import type { AuditEntry, Evidence, StoredUpgrade, UpgradeKey } from './types.ts';

/** An audit entry as the stream of its shard keeps it. */
export interface KeptEntry extends AuditEntry {
  /** `ms-n`: rises within a shard, in the order of the changes. */
  readonly id: string;
  /** Version of the record (upgrade or campaign) after the step; null where no record has one. */
  readonly version: number | null;
  /** The servpack version that made the change. */
  readonly servpack: string;
  /** SHA-256 of further texts that were kept at this step, without `evidence`. */
  readonly beside: readonly string[];
}

/** The newest block of a shard's chain, as Redis remembers it. */
export interface SealedHead {
  readonly number: number;
  /** SHA-256 of the block. */
  readonly head: string;
  /** The entries of the block come after this id … */
  readonly after: string;
  /** … and end with this one. */
  readonly last: string;
  /** The exact first line of the block. */
  readonly header: string;
}

export interface SealState {
  /** Null before the first block. */
  readonly head: SealedHead | null;
  /** Number of the newest block that is known to stand in a file; 0 = none. */
  readonly written: number;
}

/** The server that holds a shard. */
export interface RedisRun {
  /**
   * Whether this server held the shard without a break since the head was noted last: no restart,
   * no other master. So it has lost nothing of the chain.
   */
  readonly isSame: boolean;
  /** Its clock, real time in ms. */
  readonly now: number;
}

/** An id before all others. */
export const beforeAll = '0-0';

/** Real seconds for which written evidence stays in Redis after its last use. The files keep it. */
export const writtenEvidenceSeconds = 30 * 24 * 3_600;

/** What only sealing does. One stream and one chain per shard; shards count from 0. */
export interface SealStore {
  /**
   * Entries of a shard with an id above `after`, oldest first, at most `limit`. What this process
   * has read already to follow the changes is not read again.
   */
  entriesToSeal(shard: number, after: string, limit: number): Promise<readonly KeptEntry[]>;
  /**
   * Moves the head of a shard's chain by compare-and-set. At most one block is sealed and not
   * written: a head that is not known to stand in a file is only replaced, by a block of its own
   * number.
   * @returns false when the head is no longer `before`, when `next` cannot come after it, or when
   * the last entry of `next` is neither in the stream nor of a time that has come
   */
  moveSeal(shard: number, before: SealedHead | null, next: SealedHead): Promise<boolean>;
  /** The records of these clients as they are now; null where there is none. */
  readUpgrades(shard: number, keys: readonly UpgradeKey[]): Promise<readonly (StoredUpgrade | null)[]>;
  /**
   * Remediations of a campaign that limits them: when each has begun, by its name. Only those from
   * this policy time on. A campaign without such a limit has none.
   */
  begunRemediations(campaign: string, since: number): Promise<ReadonlyMap<string, number>>;
  /** Those of the texts that the shard has and that have not been marked as written. */
  unwrittenEvidence(shard: number, sha256s: readonly string[]): Promise<readonly Evidence[]>;
  /**
   * Notes that a block stands in a file with its evidence, which now expires unless it is used
   * again. Does nothing with the head when it is another block.
   */
  markWritten(
    shard: number,
    block: Pick<SealedHead, 'number' | 'head'>,
    sha256s: readonly string[],
  ): Promise<void>;
  /**
   * Removes the oldest entries that stand in a file, a bounded number per call; the newest `keep`
   * stay.
   * @returns how many it removed
   */
  trimAudit(shard: number, keep: number): Promise<number>;
  redisRun(shard: number): Promise<RedisRun>;
}
