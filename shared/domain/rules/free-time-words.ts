import { countsOf, type FreeTime, type HalfHour, halfHourOf, halfHours, nameOf } from './free-time.ts';

/**
 * Why the next look comes at this moment and not at the planned one, in words: `usually free from
 * 17:30 to 18:00 on weekdays: seen free 3 of 4 times`.
 */
export function freeTimeInWords(text: FreeTime, zone: string, at: number, instead: number): string {
  const [chosen, planned] = [halfHourOf(zone, at), halfHourOf(zone, instead)];
  const counts = countsOf(text);
  const count = chosen === null ? undefined : counts.get(nameOf(chosen));
  if (chosen !== null && count !== undefined && count.free > 0)
    return `usually free ${timeWords(chosen)}: seen free ${count.free} of ${times(count.looks)}`;
  const otherwise = planned === null ? undefined : counts.get(nameOf(planned));
  if (planned !== null && otherwise !== undefined && otherwise.free === 0)
    return `never free ${timeWords(planned)} so far: seen free 0 of ${times(otherwise.looks)}`;
  return 'no look has come at this time of the day, and the client is busy before and not after, or after and not before';
}

function timeWords(half: HalfHour): string {
  const clock = (position: number): string =>
    nameOf({ isWeekend: false, position: position % halfHours }).replace(/^d(..)/, '$1:');
  return `from ${clock(half.position)} to ${clock(half.position + 1)} on ${half.isWeekend ? 'weekends' : 'weekdays'}`;
}

const times = (count: number): string => `${count} ${count === 1 ? 'time' : 'times'}`;
