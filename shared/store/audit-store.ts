import type { KeptEntry, SealState } from './seal-store.ts';
import type { AuditEntry } from './types.ts';

/** So many entries of a shard are read for one question at most. */
export const auditReadAtMost = 20_000;

/** Which entries are asked for. */
export interface AuditQuestion {
  readonly campaign?: string;
  readonly client?: string;
  /** By shard: the id of an entry. It, and what came before it, is left out. */
  readonly above?: readonly string[];
}

/** Reading the audit. Sealing and trimming are a port of their own (`SealStore`). */
export interface AuditStore {
  /** Null when the text was never kept, or stands only in the files of the audit. */
  readEvidence(sha256: string): Promise<string | null>;
  /** Newest first. With a question only the newest `auditReadAtMost` of each shard are read. */
  audit(limit: number, question?: AuditQuestion): Promise<readonly AuditEntry[]>;
  /** How many shards there are. Each has an audit of its own. */
  shards(): Promise<number>;
  /** How far a shard's audit is sealed and written. */
  readSeal(shard: number): Promise<SealState>;
  /** Entries with an id above `after`, oldest first, at most `limit`. */
  auditAfter(shard: number, after: string, limit: number): Promise<readonly KeptEntry[]>;
  /** Entries with ids below `before`, newest first, at most `limit`; null = from the newest on. */
  auditBefore(shard: number, before: string | null, limit: number): Promise<readonly KeptEntry[]>;
}
