import type { KeptEntry, SealState } from './seal-store.ts';
import type { AuditEntry } from './types.ts';

/** Reading the audit. Sealing and trimming are a port of their own (`SealStore`). */
export interface AuditStore {
  /** Null when the text was never kept, or stands only in the files of the audit. */
  readEvidence(sha256: string): Promise<string | null>;
  /** Newest first. */
  audit(
    limit: number,
    filter?: { readonly campaign?: string; readonly client?: string },
  ): Promise<readonly AuditEntry[]>;
  /** How many shards there are. Each has an audit of its own. */
  shards(): Promise<number>;
  /** How far a shard's audit is sealed and written. */
  readSeal(shard: number): Promise<SealState>;
  /** Entries with an id above `after`, oldest first, at most `limit`. */
  auditAfter(shard: number, after: string, limit: number): Promise<readonly KeptEntry[]>;
  /** Entries with ids below `before`, newest first, at most `limit`; null = from the newest on. */
  auditBefore(shard: number, before: string | null, limit: number): Promise<readonly KeptEntry[]>;
}
