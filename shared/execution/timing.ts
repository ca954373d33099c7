import { setTimeout as pause } from 'node:timers/promises';

/** How a step of a procedure waits: a driver in real time, a simulation in its own time. */
export interface Timing {
  /** Real milliseconds, to compare with each other. */
  realNow(): number;
  /** @returns false when the signal gave the wait up */
  pause(realMs: number, signal: AbortSignal): Promise<boolean>;
}

export const realTiming: Timing = {
  realNow: () => Date.now(),
  pause: (realMs, signal) => pause(realMs, true, { signal }).catch(() => false),
};
