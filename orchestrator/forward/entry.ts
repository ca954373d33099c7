import type { KeptEntry } from '../../shared/store/seal-store.ts';

/** An audit entry on its way to a receiver. */
export interface ForwardedEntry {
  readonly shard: number;
  readonly entry: KeptEntry;
  /** It may have been sent before, by a process that ended. */
  readonly again: boolean;
}

/** The permanent name of an entry: a receiver that gets it twice keeps one. */
export const nameOf = ({ shard, entry }: ForwardedEntry): string => `${shard}/${entry.id}`;
