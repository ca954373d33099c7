/**
 * Which start of Windows a client runs in. A gateway names a start by an identity of its own, or by
 * its time. The time is measured: the event log and WMI tell the same start up to a second apart,
 * and WMI computes it from the uptime, so a correction of the clock moves it (windows_exporter
 * issues 74 and 2336).
 */

/** No Windows is down and up again within this time. */
const apartAtLeastMs = 4_000;
const stepMs = apartAtLeastMs / 2;

/** A measured start in steps of two seconds, so that mostly the same start is the same time. */
export const startInSteps = (at: number): number => Math.floor(at / stepMs) * stepMs;

/** Are these the identities of one start? Times that two starts cannot have are one start. */
export function isSameBoot(one: string, other: string): boolean {
  if (one === other) return true;
  const [first, second] = [timeOf(one), timeOf(other)];
  return first !== null && second !== null && Math.abs(first - second) < apartAtLeastMs;
}

/** Epoch milliseconds of an identity that is a time; null for any other one. */
function timeOf(bootId: string): number | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(bootId)) return null;
  try {
    return Temporal.Instant.from(bootId).epochMilliseconds;
  } catch {
    return null;
  }
}
