/** What the gate of a wave asks for besides its counts, and what a campaign keeps of it. */

/**
 * The upgraded clients of the wave are looked at again, `watchMs` after the last of them was
 * finished. The next wave opens only after that.
 */
export interface HealthWatch {
  readonly watchMs: number;
  /** Most unhealthy clients among those whose health is known; more of them pause the campaign. */
  readonly notOkPercent: number;
}

/**
 * Since when the counts of a gate have held without a change. A client that is finished or opened
 * again meanwhile begins it again.
 */
export interface GateMark {
  /** The position of the wave, from 0 on. */
  readonly wave: number;
  readonly since: number;
  /** How many clients of the wave were finished. */
  readonly settled: number;
}

/** The looks at the upgraded clients of a wave: under way, or how the last ones ended. */
export interface HealthCheck {
  readonly wave: number;
  /** When the looks were begun, or ended. */
  readonly at: number;
  /** The survey that looks; null = it has ended. */
  readonly survey: string | null;
}

/** By what a wave was opened, where that says more than that the gate before it has passed. */
export interface Opening {
  /** The position of the wave that opened, from 0 on. */
  readonly wave: number;
  readonly at: number;
  /** `opened by kim in spite of 2 failures`, `passed, soaked 1 day, approved by lee`. */
  readonly how: string;
}
