/**
 * The one clock of policies, due times and the lab's model. Leases, locks, time-outs and the
 * promise to pause within a second are real time and never go through it.
 */
export interface Clock {
  /** Policy time in whole milliseconds since the epoch. */
  now(): number;
  /** Real time in whole milliseconds since the epoch, by the clock that all processes share. */
  realNow(): number;
  /** Real milliseconds from now until the policy time `at`, rounded up; 0 when it has passed. */
  realDelay(at: number): number;
  /** Policy milliseconds that pass in so many real ones. */
  policySpan(realMs: number): number;
}

/**
 * Where lab time stood at a real moment, and how fast it runs. Processes that share an anchor
 * share a time.
 */
export interface ClockAnchor {
  readonly labAt: number;
  readonly realAt: number;
  readonly speed: number;
}

/** Real time by the clock of this machine. */
export const systemClock: Clock = labClock({ labAt: 0, realAt: 0, speed: 1 });

/** Lab time: `speed` lab milliseconds pass in a real one. */
export function labClock({ labAt, realAt, speed }: ClockAnchor): Clock {
  const now = (): number => Math.floor(labAt + (Date.now() - realAt) * speed);
  return {
    now,
    realNow: () => Date.now(),
    realDelay: (at) => Math.max(0, Math.ceil((at - now()) / speed)),
    policySpan: (realMs) => Math.ceil(realMs * speed),
  };
}
