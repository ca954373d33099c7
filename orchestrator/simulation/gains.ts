import type { RunSummary } from './run-summary.ts';

/** What a campaign gains without one of its limits. Milliseconds; positive = earlier. */
export interface Gain {
  readonly limit: string;
  /** Null = no larger than the noise of the replicates. */
  readonly endMs: number | null;
  /** The same for the time until nine of ten clients are finished. */
  readonly mostMs: number | null;
}

/** The gains, the largest first; limits without one are left out. */
export function gainsOf(
  replicates: readonly RunSummary[],
  variants: readonly { readonly limit: string; readonly runs: readonly RunSummary[] }[],
): readonly Gain[] {
  return variants
    .map(({ limit, runs }) => ({
      limit,
      endMs: gain(replicates, runs, ({ endedAfterMs }) => endedAfterMs),
      mostMs: gain(replicates, runs, ({ mostAfterMs }) => mostAfterMs),
    }))
    .filter(({ endMs, mostMs }) => endMs !== null || mostMs !== null)
    .sort((a, b) => (b.endMs ?? 0) - (a.endMs ?? 0) || (b.mostMs ?? 0) - (a.mostMs ?? 0));
}

/** The mean of the gains of the same seeds, noise or not; 0 where a simulation does not end. */
export function meanGain(
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  of: 'endedAfterMs' | 'mostAfterMs',
): number {
  let sum = 0;
  for (const [at, run] of after.entries()) {
    const [base, without] = [before[at]?.[of] ?? null, run[of]];
    if (base === null || without === null) return 0;
    sum += base - without;
  }
  return sum / Math.max(1, after.length);
}

/** What is compared of two runs of the same seed. */
const measures = ['endedAfterMs', 'mostAfterMs'] as const;

/**
 * May a limit still gain, when so many of the first pairs are known? Where it may not, the answer
 * is the same without the other runs.
 *
 * A gain is said where the mean of the differences is more than twice its standard error. Of the
 * differences that are not known, equal ones are the best case, since others with the same sum have
 * a larger standard error. So a gain is possible where some value x of them passes that test, which
 * is a question about a quadratic in x. Of three pairs, for one, the first one must be above zero.
 * @param before the runs with the limit, by seed
 * @param after those without it that are known, for the first of these seeds
 * @param pairs how many there are in the end: more than are known
 */
export function mayGain(before: readonly RunSummary[], after: readonly RunSummary[], pairs: number): boolean {
  return measures.some((measure) => {
    const known: number[] = [];
    for (const [at, run] of after.entries()) {
      const [base, without] = [before[at]?.[measure] ?? null, run[measure]];
      if (base === null || without === null) return false;
      known.push(base - without);
    }
    return mayBeMoreThanNoise(known, pairs);
  });
}

/** Is there a value x for all differences that are not known, so that mean > 2 standard errors? */
function mayBeMoreThanNoise(known: readonly number[], pairs: number): boolean {
  const open = pairs - known.length;
  const sum = known.reduce((all, each) => all + each, 0);
  const squares = known.reduce((all, each) => all + each ** 2, 0);
  // mean > 2 standard errors, squared and brought to one side: a x² + b x + c > 0.
  const a = (pairs + 3) * open - 4 * pairs;
  const b = 2 * (pairs + 3) * sum;
  const c = ((pairs + 3) * sum ** 2 - 4 * pairs * squares) / open;
  if (a > 0) return true;
  // For the least x, with which the mean is zero, it does not hold.
  if (a === 0) return b > 0;
  const best = -b / (2 * a);
  return best > -sum / open && a * best ** 2 + b * best + c > 0;
}

/** A gain of less than this share of the whole time is no gain. */
const leastShare = 0.01;

/** The mean of the differences of the same seeds, if it is larger than its noise. */
function gain(
  before: readonly RunSummary[],
  after: readonly RunSummary[],
  of: (run: RunSummary) => number | null,
): number | null {
  const pairs = after.map((run, at) => {
    const base = before[at];
    return [base === undefined ? null : of(base), of(run)] as const;
  });
  const known = pairs.flatMap(([base, without]) =>
    base === null || without === null ? [] : [[base, base - without] as const],
  );
  if (known.length < 2 || known.length < pairs.length) return null;
  const mean = known.reduce((sum, [, difference]) => sum + difference, 0) / known.length;
  const variance =
    known.reduce((sum, [, difference]) => sum + (difference - mean) ** 2, 0) / (known.length - 1);
  const base = known.reduce((sum, [whole]) => sum + whole, 0) / known.length;
  const noise = Math.max(2 * Math.sqrt(variance / known.length), leastShare * base);
  return mean > noise ? Math.round(mean) : null;
}
