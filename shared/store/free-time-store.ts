import type { FreeTime } from '../domain/rules/free-time.ts';

/**
 * When looks have found clients free, over all campaigns that learn it. A commit writes the counts
 * of its client (`Commit.freeTime`); they leave with the client. The audit has them in the records
 * of upgrades.
 */
export interface FreeTimeStore {
  /** The counts of these clients, by client; one without any is left out. */
  freeTimes(clients: readonly string[]): Promise<ReadonlyMap<string, FreeTime>>;
  /** Writes the counts of clients again, after a rebuild from the audit. */
  putBackFreeTimes(counts: ReadonlyMap<string, FreeTime>): Promise<void>;
}
