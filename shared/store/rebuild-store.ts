import type { SealedHead } from './seal-store.ts';
import type { Upgrade } from '../domain/upgrade/state.ts';
import type { AuditEntry, UpgradeKey } from './types.ts';

/** An upgrade as it is put back: settled, or parked without slots until its campaign goes on. */
export interface PutBackUpgrade {
  readonly key: UpgradeKey;
  readonly version: number;
  readonly activation: number;
  readonly upgrade: Upgrade;
  /** Null for what is put back as it was. */
  readonly audit: AuditEntry | null;
}

/** What a rebuild needs of the store. Nobody else works with the store meanwhile. */
export interface RebuildStore {
  /** Is there nothing at all under this prefix, jobs included? */
  isEmpty(): Promise<boolean>;
  /** The chain goes on after this block, which stands in a file; later entries get later ids. */
  putBackSeal(shard: number, head: SealedHead): Promise<void>;
  /** Gives waiting clients of one campaign their records back. Who does not wait there is left alone. */
  putBackUpgrades(campaign: string, upgrades: readonly PutBackUpgrade[], at: number): Promise<void>;
}
