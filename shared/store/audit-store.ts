import type { AuditEntry } from './types.ts';

/** Reading the audit. Sealing and trimming are a port of their own (`SealStore`). */
export interface AuditStore {
  readEvidence(sha256: string): Promise<string | null>;
  /** Newest first. */
  audit(
    limit: number,
    filter?: { readonly campaign?: string; readonly client?: string },
  ): Promise<readonly AuditEntry[]>;
}
