import type { Refusal } from './refusal.ts';

/** Who waits for what a request has asked for. */
export interface Caller {
  /** Aborted once the connection is closed: nobody waits for the answer any longer. */
  readonly gone: AbortSignal;
  /**
   * Why the caller may no longer do what they asked for; null = they may. Throws `StoreUnavailable`
   * where nobody can say.
   */
  whyEnded(): Promise<Refusal | null>;
}

/**
 * Asked before the first change of a request that may have waited, behind other work for instance:
 * its authority may have ended since it came.
 * @param caller undefined = servpack itself makes the change
 * @returns null = the change may be made
 */
export const whyEnded = async (caller: Caller | undefined): Promise<Refusal | null> =>
  caller === undefined ? null : caller.whyEnded();

/** Who waits for an answer that changes nothing, until `gone` is aborted; undefined = nobody. */
export const waitingUntil = (gone: AbortSignal | undefined): Caller | undefined =>
  gone === undefined ? undefined : { gone, whyEnded: async () => null };
