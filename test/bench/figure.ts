/** One measured figure. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  /** Median of `runs`. */
  readonly value: number;
  /** Each round's value, in order. */
  readonly runs: readonly number[];
  /**
   * The raw limit of the same rounds, and this figure's share of it (the median of the rounds'
   * shares).
   */
  readonly limit: { readonly name: string; readonly value: number; readonly ratio: number } | null;
  /** What is aimed at, in words, and whether it is met; null where there is no aim. */
  readonly aim: { readonly text: string; readonly met: boolean } | null;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
}

/** The value that `percent` of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
}

export interface Measured {
  readonly name: string;
  readonly unit: string;
  readonly runs: readonly number[];
  /** Round by round beside `runs`. */
  readonly limit?: { readonly name: string; readonly runs: readonly number[] };
  readonly aim?: { readonly text: string; met(figure: { value: number; ratio: number }): boolean };
}

export function figureOf({ name, unit, runs, limit, aim }: Measured): Figure {
  const value = median(runs);
  const ratio = limit === undefined ? NaN : median(runs.map((run, at) => run / (limit.runs[at] ?? NaN)));
  return {
    name,
    unit,
    value,
    runs,
    limit: limit === undefined ? null : { name: limit.name, value: median(limit.runs), ratio },
    aim: aim === undefined ? null : { text: aim.text, met: aim.met({ value, ratio }) },
  };
}
