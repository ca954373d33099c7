/** How fast a campaign may start clients. A start is a client that gets its first slot. */
export type Speed = { readonly startsPerMinute: number } | { readonly ramp: Ramp };

/** The rate is `from`, times `factor` after every `per` upgraded clients, and at most `most`. */
export interface Ramp {
  readonly from: number;
  readonly factor: number;
  readonly per: number;
  readonly most: number;
}

/** Where a ramp has begun again: after a pause, or after a halt. */
export interface RampStart {
  /** How many clients of the campaign were upgraded by then. */
  readonly upgraded: number;
  /** The version of the halt by then: a later one begins the ramp again. */
  readonly halts: number;
}

/** How many clients a campaign started in one second of policy time. */
export interface StartsIn {
  /** Seconds since 1970. */
  readonly second: number;
  readonly starts: number;
}
