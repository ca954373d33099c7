import type { LeaderFence } from './leader-store.ts';

/** How far the audit of a shard was forwarded to its receiver. */
export interface Forwarded {
  /** The receiver has every entry up to this id. */
  readonly after: string;
  /**
   * Entries up to this id are being sent, or were when a process ended: the receiver may have them.
   * Null = none are.
   */
  readonly sending: string | null;
}

/**
 * The position of the audit's receiver. Nothing of it exists as long as servpack has no receiver.
 */
export interface ForwardStore {
  /** Null = nothing was ever forwarded. */
  readForwarded(shard: number): Promise<Forwarded | null>;
  /**
   * Moves the position by compare-and-set.
   * @param before what was read
   * @returns false when another change came first, or a newer leader was seen
   */
  commitForwarded(
    shard: number,
    before: Forwarded | null,
    next: Forwarded,
    leader?: LeaderFence,
  ): Promise<boolean>;
}
