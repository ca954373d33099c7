import type { ClosedNow } from '../../shared/domain/campaign/binding.ts';
import { calendarClass, readClass } from '../../shared/domain/campaign/calendar.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { calendarOpening, isCalendarOpen } from '../../shared/domain/time/calendar.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import { calendarAt } from '../../shared/domain/upgrade/closed-window.ts';
import type { ForecastQuestion } from './question.ts';

/** Until when windows and blackouts close for every unfinished client; null = one is open. */
export function closedNow({ campaign, upgrades, waiting, now }: ForecastQuestion): ClosedNow | null {
  const { definition, state } = campaign;
  const unfinished = upgrades.filter(({ upgrade }) => upgrade.state.phase !== 'settled');
  if (unfinished.some(({ upgrade }) => upgrade.state.phase !== 'deferred')) return null;
  const openWaves = 'openWaves' in state ? state.openWaves : 0;
  const clients = [...unfinished.map(({ client }) => client), ...waiting.slice(0, openWaves).flat()];
  const classes = new Set(clients.map((client: Client) => calendarClass(definition, client)));
  if (classes.size === 0) return null;
  const openings = [...classes].map((name) => {
    const found = name === undefined ? null : readClass(definition, name);
    const calendar =
      found === null ? null : calendarAt({ calendar: found.calendar, policy: definition.policy }, now);
    if (found === null || calendar === null || isCalendarOpen(calendar, found.zone, now)) return null;
    return calendarOpening(calendar, found.zone, now);
  });
  const known = openings.filter((opening) => opening !== null).toSorted((a, b) => a.at - b.at);
  const [first] = known;
  if (first === undefined || known.length < openings.length) return null;
  const what = first.blackout === null ? 'outside the window' : `blackout "${first.blackout.reason}"`;
  return { until: first.at, says: `${what} until ${isoOf(first.at)}` };
}
