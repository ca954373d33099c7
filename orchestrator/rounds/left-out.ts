/** The least real time between two looks at everything, while changes are left out. */
const againMs = 1_000;

/**
 * Changes that were left out: anything may have changed, so that everything has to be looked at. A
 * busy shard leaves changes out many times a second; everything is looked at once a second then.
 * Times are real milliseconds of one clock.
 */
export interface LeftOut {
  note(): void;
  /** A look at everything is due now; the caller takes it, and nothing is left out any longer. */
  takeDue(now: number): boolean;
  /** How long until the look is due; null = nothing is left out. */
  dueInMs(now: number): number | null;
}

export function openLeftOut(): LeftOut {
  let isLeftOut = false;
  let notBefore = -Infinity;
  return {
    note: () => {
      isLeftOut = true;
    },
    takeDue: (now) => {
      if (!isLeftOut || now < notBefore) return false;
      isLeftOut = false;
      notBefore = now + againMs;
      return true;
    },
    dueInMs: (now) => (isLeftOut ? Math.max(0, notBefore - now) : null),
  };
}
