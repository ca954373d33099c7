/**
 * Time for work that does not grow with the input: compiling, collecting garbage, a shared
 * machine.
 */
const baseMs = 150;

/** What is too slow is run again: only what stays too slow is so because of the input. */
const secondLooks = 4;

interface Slowest {
  ms: number;
  perUnit: number;
  size: number;
}

/**
 * Holds inputs to a time that grows linearly with their size. Measures the processor time of this
 * thread, so that a busy machine does not fail a test.
 */
export class Stopwatch {
  readonly #usPerUnit: number;
  readonly slowest: Slowest = { ms: 0, perUnit: 0, size: 0 };

  /** @param usPerUnit microseconds that a character or byte may cost */
  constructor(usPerUnit: number) {
    this.#usPerUnit = usPerUnit;
  }

  /** Runs it; throws when it took longer than its size allows. */
  time<T>(size: number, run: () => T): T {
    const begun = process.threadCpuUsage();
    const value = run();
    const allowed = baseMs + (size * this.#usPerUnit) / 1_000;
    let ms = cpuMsSince(begun);
    for (let n = 0; n < secondLooks && ms > allowed; n += 1) ms = Math.min(ms, cpuMsOf(run));
    if (ms > this.slowest.ms) Object.assign(this.slowest, { ms, perUnit: (ms * 1_000) / size, size });
    if (ms > allowed)
      throw new Error(
        `took ${ms.toFixed()} ms for ${size} characters or bytes; ${allowed.toFixed()} ms are allowed`,
      );
    return value;
  }

  /** For the output of a run. */
  toString(): string {
    const { ms, perUnit, size } = this.slowest;
    return `slowest case ${ms.toFixed(1)} ms for ${size} (${perUnit.toFixed(2)} us each)`;
  }
}

function cpuMsOf(run: () => unknown): number {
  const begun = process.threadCpuUsage();
  run();
  return cpuMsSince(begun);
}

function cpuMsSince(begun: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(begun);
  return (user + system) / 1_000;
}
