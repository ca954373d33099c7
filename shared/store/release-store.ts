import type { Release } from '../domain/campaign/definition.ts';
import type { AuditEntry, Evidence } from './types.ts';

/** Releases as they were staged or withdrawn. */
export interface ReleaseStore {
  /** Writes a release anew, staged or withdrawn. A start that read it before has to read again (`starts`). */
  stageRelease(release: Release, evidence: Evidence | null, audit: AuditEntry): Promise<void>;
  readRelease(release: string): Promise<Release | null>;
  releases(): Promise<readonly Release[]>;
}
