import { isoOf } from '../time/iso-time.ts';

/**
 * Which start of Windows a client runs in. A gateway names a start by an identity of its own, or by
 * its time. The time is measured: the event log and WMI tell the same start up to a second apart,
 * and WMI computes it from the uptime, so a correction of the clock moves it (windows_exporter
 * issues 74 and 2336). So where WMI tells the time, the identity holds a second one: the start by
 * servpack's own clock, which follows from the uptime alone (`TIME/TIME`).
 */

/** No Windows is down and up again within this time. */
const apartAtLeastMs = 4_000;
const stepMs = apartAtLeastMs / 2;

/** A measured start in steps of two seconds, so that mostly the same start is the same time. */
export const startInSteps = (at: number): number => Math.floor(at / stepMs) * stepMs;

/**
 * By the uptime a start is known less exactly: by as much as a look takes, and as clocks drift in
 * some days.
 */
const uptimeApartMs = 30_000;
const uptimeStepMs = 10_000;

/**
 * The identity of a start that was measured.
 * @param start by the client's clock
 * @param byUptime by servpack's clock; null = the client does not tell its uptime
 */
export function measuredBoot(start: number, byUptime: number | null): string {
  const told = isoOf(startInSteps(start));
  if (byUptime === null) return told;
  return `${told}/${isoOf(Math.floor(byUptime / uptimeStepMs) * uptimeStepMs)}`;
}

/**
 * Are these the identities of one start? Times that two starts cannot have are one start, by the
 * client's clock or by its uptime: a clock that was corrected is no restart.
 */
export function isSameBoot(one: string, other: string): boolean {
  if (one === other) return true;
  const [[first, firstByUptime], [second, secondByUptime]] = [timesOf(one), timesOf(other)];
  return isNear(first, second, apartAtLeastMs) || isNear(firstByUptime, secondByUptime, uptimeApartMs);
}

const isNear = (one: number | null, other: number | null, apartMs: number): boolean =>
  one !== null && other !== null && Math.abs(one - other) < apartMs;

function timesOf(bootId: string): readonly [told: number | null, byUptime: number | null] {
  const [told = '', byUptime = ''] = bootId.split('/');
  return [timeOf(told), timeOf(byUptime)];
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
