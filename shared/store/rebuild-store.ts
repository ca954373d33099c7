import type { BegunRemediation } from '../domain/rules/remediation-limits.ts';
import type { Upgrade } from '../domain/upgrade/state.ts';
import type { FormerLife } from './campaign-removal-store.ts';
import type { SealedHead } from './seal-store.ts';
import type { AuditEntry, UpgradeKey } from './types.ts';

/**
 * An upgrade as a rebuild writes it: settled, or parked without slots until its campaign goes on.
 */
export interface PutBackUpgrade {
  readonly key: UpgradeKey;
  readonly version: number;
  readonly activation: number;
  readonly upgrade: Upgrade;
  /** Null when the upgrade is put back unchanged. */
  readonly audit: AuditEntry | null;
}

/** What a rebuild needs of the store. No other process uses the store meanwhile. */
export interface RebuildStore {
  /**
   * Is there no record under this prefix? Leases, heartbeats and jobs are none: processes that
   * still run write them into a Redis that was emptied.
   */
  isEmpty(): Promise<boolean>;
  /**
   * Removes every job. A delayed one that was added after Redis was emptied could absorb the job of
   * a record that is put back, and let it wait for hours.
   */
  dropJobs(): Promise<void>;
  /**
   * Continues a shard's chain after this block, which stands in a file. Later entries get later
   * ids.
   * @returns false when the time of the block's last entry has not come by Redis' clock
   */
  putBackSeal(shard: number, head: SealedHead): Promise<boolean>;
  /** Notes again which campaigns know a former client of this name. */
  putBackFormer(client: string, campaigns: readonly string[]): Promise<void>;
  /** Remembers the campaigns of a name that were removed before the loss. */
  putBackLife(campaign: string, life: FormerLife): Promise<void>;
  /** Counts remediations that have begun against the limits of their campaign, each once. */
  putBackRemediations(campaign: string, begun: readonly BegunRemediation[]): Promise<void>;
  /**
   * Gives waiting clients of one campaign their records back. Leaves clients alone that do not
   * wait.
   */
  putBackUpgrades(campaign: string, upgrades: readonly PutBackUpgrade[], at: number): Promise<void>;
}
