import { number } from '../../views/numbers.ts';

/** Times and shares as people read them. Times come as ISO 8601 in UTC. */

/** `mine`, `utc`, or an IANA name. */
export type Zone = string;

const zoneName = (zone: Zone): string | undefined =>
  zone === 'mine' ? undefined : zone === 'utc' ? 'UTC' : zone;

function formatted(at: number, zone: Zone, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zoneName(zone) }).format(at);
  } catch {
    // A zone that this browser does not know.
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(at);
  }
}

/** `Thu 3 Dec 02:40` */
export const dayAndTime = (at: number, zone: Zone): string =>
  formatted(at, zone, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }).replace(/,/g, '');

/** `21:04:12` */
export const clockTime = (at: number, zone: Zone): string =>
  formatted(at, zone, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/** `Asia/Kolkata`, or what the browser calls the reader's zone. */
export const nameOfZone = (zone: Zone): string =>
  zoneName(zone) ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

const isoInText = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** Every moment that the orchestrator wrote into a sentence, in the reader's zone. */
export const localText = (text: string, zone: Zone): string =>
  text.replace(isoInText, (iso) => dayAndTime(Date.parse(iso), zone));

/** `51 %`; never 100 before all are in, never 0 once one is. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return '0 %';
  const share = (part * 100) / whole;
  if (part > 0 && share < 1) return '< 1 %';
  return `${part < whole ? Math.min(99, Math.floor(share)) : 100} %`;
}

/** `412/h`, `38/day` */
export function pace(perHour: number): string {
  if (perHour >= 10) return `${number(Math.round(perHour))}/h`;
  if (perHour >= 1) return `${perHour.toFixed(1)}/h`;
  return `${number(Math.round(perHour * 24))}/day`;
}

/** A worker is one of many: its number is of use to nobody but a log. */
export const shortWho = (who: string): string => who.replace(/^worker .*/, 'a worker');
