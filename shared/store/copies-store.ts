import type { CopyStatus } from '../domain/campaign/copies.ts';
import type { Release } from '../domain/campaign/definition.ts';
import { sha256 } from '../evidence.ts';
import type { LeaderFence } from './leader-store.ts';

/** What was found on the logon servers of a release whose release file names their copies. */
export interface CopiesStore {
  /** By logon server; who is missing has not been looked at, and counts as not staged. */
  readCopies(release: string): Promise<readonly CopyStatus[]>;
  /**
   * Writes what was found. False = nothing was written: the release has been staged anew with other files, or names no copies any more.
   * @param manifest `manifestOf` the release that the copies were held against
   * @param forgotten logon servers that nobody asks for any more: what was known of them is known no longer
   */
  writeCopies(
    release: string,
    manifest: string,
    found: readonly CopyStatus[],
    forgotten: readonly string[],
    leader?: LeaderFence,
  ): Promise<boolean>;
}

/** Names the files of a release: what a copy was held against. Empty where every logon server has the one tree. */
export const manifestOf = ({ copies, files }: Release): string =>
  copies === undefined ? '' : sha256(JSON.stringify([copies, files]));

export const byServer = (a: CopyStatus, b: CopyStatus): number => (a.logonServer < b.logonServer ? -1 : 1);
