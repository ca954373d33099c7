import { expect } from 'vitest';

/**
 * How many times larger the large input is. Work that grows with the square of its input takes 64
 * times as long.
 */
const larger = 8;
/**
 * Allowance for the machine, caches and the garbage collector: 24 times as long still counts as
 * linear.
 */
const slack = 3;
/**
 * Below it a measure says nothing: some kernels count processor time in ticks of four
 * milliseconds.
 */
const leastMs = 4;
const measures = 3;

/**
 * Expects work whose cost grows with its input and not with its square, however fast the machine
 * is and whatever else runs on it. Compared is the processor time of this thread, for a small and
 * a large input in the same run.
 * @param size of the large input
 * @param prepare makes the input of a size; its time does not count
 */
export function expectLinear<T>(
  size: number,
  prepare: (size: number) => T,
  work: (input: T) => unknown,
): void {
  const [small, large] = [prepare(Math.ceil(size / larger)), prepare(size)];
  const least = { small: Infinity, large: Infinity };
  for (let n = 0; n < measures; n += 1) {
    least.small = Math.min(
      least.small,
      cpuMs(() => work(small)),
    );
    least.large = Math.min(
      least.large,
      cpuMs(() => work(large)),
    );
    if (ratioOf(least) <= larger * slack) return;
  }
  const { small: first, large: second } = least;
  expect(
    ratioOf(least),
    `${first.toFixed(1)} ms for an eighth of it, ${second.toFixed(1)} ms for all`,
  ).toBeLessThanOrEqual(larger * slack);
}

const ratioOf = ({ small, large }: { readonly small: number; readonly large: number }): number =>
  large / Math.max(leastMs, small);

function cpuMs(work: () => unknown): number {
  const begun = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(begun);
  return (user + system) / 1_000;
}
