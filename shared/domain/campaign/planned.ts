import type { Ends } from './ends.ts';

/** Milliseconds by cause: what the time of a campaign, or of a wave, went to. */
export type Causes = Readonly<Record<string, number>>;

/** What was planned of one wave when its campaign started. */
export interface PlannedWave {
  /** When it opens in the simulation in which it ends in the middle; null = it has no such end. */
  readonly opens: number | null;
  /** When its last client is finished; null = too many simulations do not come so far. */
  readonly ends: Ends | null;
  readonly causes: Causes;
}

/**
 * What was planned when a campaign started: simulations of its own fleet. `because`: why nothing
 * was. Policy time.
 */
export type Planned = { readonly madeAt: number } & (
  | {
      readonly because: null;
      readonly seed: string;
      readonly replicates: number;
      /** What the simulations take for granted, a sentence each. */
      readonly assumptions: readonly string[];
      readonly end: Ends;
      readonly waves: readonly PlannedWave[];
      /** Of the simulation in the middle. */
      readonly causes: Causes;
    }
  | { readonly because: string; readonly end: null }
);
