import type { Calendar, Opening, Stretch } from './calendar.ts';
import { wallTimeOf } from './window.ts';

/**
 * What a client waits for whose calendar is closed: `waits for its window, which opens Tue 8 Dec
 * 22:00 Europe/Berlin; blackout "year end" until Tue 8 Dec 08:00 Europe/Berlin`.
 */
export function waitsForOpening({ windows }: Calendar, zone: string, { at, blackout }: Opening): string {
  if (windows === null && blackout !== null)
    return `waits for the end of the blackout ${inQuotes(blackout)}, ${wallTimeOf(zone, blackout.to)}`;
  return `waits for its window, which opens ${wallTimeOf(zone, at)}${blackoutUntil(zone, blackout)}`;
}

/** `; blackout "year end" until Mon 4 Jan 00:00 Europe/Rome`; '' without a blackout. */
export const blackoutUntil = (zone: string, blackout: Stretch | null): string =>
  blackout === null ? '' : `; blackout ${inQuotes(blackout)} until ${wallTimeOf(zone, blackout.to)}`;

const inQuotes = ({ reason }: Stretch): string => `"${reason}"`;
