import { type Check, broken, fine, warning } from './check.ts';

/**
 * Clocks that are kept by NTP differ by milliseconds; windows and restarts are planned in minutes.
 */
const noticeMs = 2_000;
const badMs = 60_000;

const leadsTo =
  'windows, deferrals and the audit go by the clock of Redis: if that one is wrong, so are they; ' +
  'if the other is, its logs have wrong times, and its workers begin some seconds late';

/**
 * Checks two clocks against each other.
 * @param which names both
 * @param aheadMs by how much the first clock is ahead
 */
export function judgeClock(which: string, aheadMs: number): Check {
  const apart = Math.abs(aheadMs);
  const says = `${which} are ${inWords(apart)} apart`;
  if (apart < noticeMs) return fine('clocks', `${which} agree`);
  const todo = 'let both be set by NTP (chronyc tracking, timedatectl, w32tm /query /status)';
  const judge = apart < badMs ? warning : broken;
  return judge('clocks', says, leadsTo, todo);
}

export const inWords = (ms: number): string =>
  ms < 90_000
    ? `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`
    : ms < 5_400_000
      ? `${Math.round(ms / 60_000)} min`
      : `${(ms / 3_600_000).toFixed(1)} h`;
