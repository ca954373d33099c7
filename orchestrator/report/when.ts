import { clockOf } from '../charts/times.ts';

/** All times of a report are UTC. */
export const zone = 'UTC';

/** A moment for people: `Mon 30 Nov 2026 17:00`. A text that is no moment stays as it is. */
export function whenInWords(text: string): string {
  const at = Date.parse(text);
  if (Number.isNaN(at)) return text;
  const [day = '', date = '', month = '', time = ''] = clockOf(zone).moment(at).split(' ');
  return `${day} ${date} ${month} ${new Date(at).getUTCFullYear()} ${time}`;
}

/** Moments in a sentence, in the same words. */
export const timesInWords = (sentence: string): string =>
  sentence.replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, whenInWords);
