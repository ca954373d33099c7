/** Steps that change a client, of which servpack knows how long they take. */
export const fitSteps = [
  'mark',
  'update',
  'restart',
  'workaround',
  'relocation',
  'replaceAtRestart',
  'swap',
] as const;

export type FitStep = (typeof fitSteps)[number];

/** A value of some of the steps, in milliseconds. */
export type StepTimes = Readonly<Partial<Record<FitStep, number>>>;

/** How long a step took on a product so far. */
export interface Measured {
  /** How many durations are known. */
  readonly count: number;
  /** 95 of 100 took this long at most. */
  readonly p95Ms: number;
}

/**
 * What decides whether a step still fits before its window closes: the durations of the campaign
 * file until enough were measured, then those that were measured.
 */
export interface Fit {
  readonly typed: StepTimes;
  readonly measured: Readonly<Partial<Record<FitStep, Measured>>>;
}

/** Fewer durations say nothing about the next one. */
const leastMeasured = 20;

/** How long a step takes, and from where that is known. */
export interface Need {
  readonly step: FitStep;
  readonly ms: number;
  /** How many durations it is the p95 of; null = the campaign file says it. */
  readonly measured: number | null;
}

/** Null = nothing is known of the step, so nothing is asked of the window. */
export function needOf({ typed, measured }: Fit, step: FitStep): Need | null {
  const found = measured[step];
  if (found !== undefined && found.count >= leastMeasured)
    return { step, ms: found.p95Ms, measured: found.count };
  const ms = typed[step];
  return ms === undefined ? null : { step, ms, measured: null };
}

/** The p95 of the durations by nearest rank; null = there are none. */
export function measure(durations: readonly number[]): Measured | null {
  const sorted = durations.toSorted((a, b) => a - b);
  const p95Ms = sorted[Math.ceil(sorted.length * 0.95) - 1];
  return p95Ms === undefined ? null : { count: sorted.length, p95Ms };
}
