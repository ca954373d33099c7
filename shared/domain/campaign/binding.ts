/** A limit, or two together, and what the campaign gains without it. */
export interface LimitGain {
  readonly limit: string;
  /** How much earlier it ends, in milliseconds; null = no more than by chance. */
  readonly endMs: number | null;
  /** The same for the time until nine of ten of the unfinished clients are finished. */
  readonly mostMs: number | null;
  /** The campaign does not end by itself with the limit, and ends without it. */
  readonly endsOnlyWithout?: true;
  /** The same as a sentence. */
  readonly says: string;
}

/** Nothing may begin on any client of a campaign before this time. */
export interface ClosedNow {
  /** Policy time. */
  readonly until: number;
  /** `outside the window until 2026-11-23T21:00:00Z`. */
  readonly says: string;
}

/** What holds a running campaign up: the limits that cost it most time. */
export interface Binding {
  /** What binds most, in one line; null = that was not computed. */
  readonly says: string | null;
  /** Why it was not computed; null = it was. */
  readonly because: string | null;
  /** The gains above the noise, the largest first. */
  readonly limits: readonly LimitGain[];
  /** Limits that were left out, each for itself. */
  readonly tried: readonly string[];
  /** Left out = something may begin on some client now. */
  readonly closed?: ClosedNow;
}
