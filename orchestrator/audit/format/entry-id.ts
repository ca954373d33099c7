/** `ms-n`, both numbers of 64 bits: time of Redis and a number within the millisecond. */
const form = /^(\d{1,20})-(\d{1,20})$/;

/**
 * So far may an id be ahead of the clock that reads it: the clocks of two machines differ, and a
 * replica that takes over may be behind.
 */
const aheadAtMostMs = 10 * 60_000;

const numberAtMost = 2n ** 64n - 1n;

/** Null when the text is no id of a stream. */
function partsOf(id: string): readonly [time: bigint, number: bigint] | null {
  const [, time, number] = form.exec(id) ?? [];
  return time === undefined || number === undefined ? null : [BigInt(time), BigInt(number)];
}

/**
 * Why no entry can have this id by now; null when one can. A stream that takes such an id refuses
 * every later one, or gives all of them the time of a far day.
 * @param now real time of the clock that reads it, in ms
 */
export function whyNoId(id: string, now: number): string | null {
  const parts = partsOf(id);
  if (parts === null || parts[1] > numberAtMost) return `${id} is no id of an entry`;
  return parts[0] > BigInt(Math.ceil(now)) + BigInt(aheadAtMostMs)
    ? `the time of entry ${id} has not come yet: its id was made up, or a clock was wrong`
    : null;
}

/** Compares two ids of a stream: by time, then by number. */
export function compareIds(a: string, b: string): number {
  const [aTime, aNumber] = partsOf(a) ?? [0n, 0n];
  const [bTime, bNumber] = partsOf(b) ?? [0n, 0n];
  return aTime === bTime ? sign(aNumber, bNumber) : sign(aTime, bTime);
}

const sign = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** The greatest id below this one. */
export function idBefore(id: string): string {
  const [time, number] = partsOf(id) ?? [0n, 0n];
  if (number > 0n) return `${time}-${number - 1n}`;
  return `${time > 0n ? time - 1n : 0n}-${numberAtMost}`;
}
