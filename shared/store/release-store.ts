import type { CopyStatus } from '../domain/campaign/copies.ts';
import type { Release } from '../domain/campaign/definition.ts';
import { sha256 } from '../evidence.ts';
import type { LeaderFence } from './leader-store.ts';
import type { AuditEntry, Evidence } from './types.ts';

/** Releases, staged or withdrawn, and their copies on logon servers. */
export interface ReleaseStore {
  /** Writes a release. A start that has read the release before must read again (`starts`). */
  stageRelease(release: Release, evidence: Evidence | null, audit: AuditEntry): Promise<void>;
  readRelease(release: string): Promise<Release | null>;
  releases(): Promise<readonly Release[]>;
  /**
   * What is known of a release's copies, by logon server. A logon server that is missing has never
   * been looked at, and counts as not staged.
   */
  readCopies(release: string): Promise<readonly CopyStatus[]>;
  /**
   * Writes what was found on logon servers.
   * @param manifest `manifestOf` the release that the copies were compared with
   * @param forgotten logon servers that no campaign needs any more: their status is removed
   * @returns false, and writes nothing, when the release has been staged again with other files, or
   * names no copies any more
   */
  writeCopies(
    release: string,
    manifest: string,
    found: readonly CopyStatus[],
    forgotten: readonly string[],
    leader?: LeaderFence,
  ): Promise<boolean>;
}

/**
 * Names the files of a release that copies are compared with. Empty where all logon servers share
 * one tree.
 */
export const manifestOf = ({ copies, files }: Release): string =>
  copies === undefined ? '' : sha256(JSON.stringify([copies, files]));

export const byServer = (a: CopyStatus, b: CopyStatus): number => (a.logonServer < b.logonServer ? -1 : 1);
