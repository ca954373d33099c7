import type { Calendar } from '../time/calendar.ts';
import type { Window } from '../time/window.ts';
import type { CampaignCalendar, CampaignDefinition, Client, Where } from './definition.ts';
import { fitting } from './where.ts';

/** What of a definition says when something may begin. */
type Timed = Pick<CampaignDefinition, 'calendar'> & { readonly policy: { readonly window: Window | null } };

/** The numbers of the windows and of the blackouts that hold for a client. */
interface Parts {
  readonly windows: readonly number[];
  readonly blackouts: readonly number[];
}

/** When something may begin on this client; null = at any time. */
export function calendarFor(definition: Timed, client: Client): Calendar | null {
  return calendarOf(definition, partsFor(definition, client));
}

function partsFor({ calendar }: Timed, client: Client): Parts {
  const holding = (rules: readonly { readonly where?: Where }[] = []): readonly number[] =>
    rules.flatMap(({ where }, number) => (where === undefined || fitting(where)(client) ? [number] : []));
  return { windows: holding(calendar?.windows), blackouts: holding(calendar?.blackouts) };
}

function calendarOf({ policy, calendar }: Timed, parts: Parts): Calendar | null {
  if (policy.window === null && calendar === undefined) return null;
  const windows = calendar?.windows;
  const chosen = <T>(all: readonly T[] = [], numbers: readonly number[]): readonly T[] =>
    numbers.flatMap((number) => all[number] ?? []);
  const own = windows === undefined ? null : chosen(windows, parts.windows);
  return {
    windows: own ?? (policy.window === null ? null : [policy.window]),
    blackouts: chosen(calendar?.blackouts, parts.blackouts),
  };
}

/**
 * The queues in which clients wait hold those of one logon server for whom the same calendar opens
 * at the same time, so that the queues of clients that cannot begin are not read. This is the part
 * of the queue's name behind the server: `Europe/Rome`, and behind it in a calendar with a `where`
 * the windows and the blackouts that hold (`Europe/Rome|x1c4:0,2;1`, by their numbers). Undefined =
 * the campaign has no calendar.
 */
export function calendarClass(definition: Timed, client: Client): string | undefined {
  const { policy, calendar } = definition;
  if (policy.window === null && calendar === undefined) return undefined;
  if (!hasWhere(calendar)) return client.zone;
  const { windows, blackouts } = partsFor(definition, client);
  return `${client.zone}|${editionOf(calendar)}:${windows.join(',')};${blackouts.join(',')}`;
}

const hasWhere = (calendar: CampaignCalendar | undefined): calendar is CampaignCalendar =>
  [...(calendar?.windows ?? []), ...(calendar?.blackouts ?? [])].some(({ where }) => where !== undefined);

/** The zone and the calendar of a class. */
export interface ClassCalendar {
  readonly zone: string;
  readonly calendar: Calendar | null;
}

/**
 * Reads what `calendarClass` writes. Null where the class is of another calendar than this one,
 * because the campaign was changed since: its clients may begin for all that is known here, and the
 * worker decides by the client's present entry in the fleet.
 */
export function readClass(definition: Timed, name: string): ClassCalendar | null {
  const { calendar } = definition;
  const bar = name.indexOf('|');
  if (bar < 0)
    return hasWhere(calendar) ? null : { zone: name, calendar: calendarOf(definition, allOf(calendar)) };
  const [edition = '', windows = '', blackouts = ''] = name.slice(bar + 1).split(/[:;]/);
  if (!hasWhere(calendar) || edition !== editionOf(calendar)) return null;
  const parts = { windows: numbersIn(windows), blackouts: numbersIn(blackouts) };
  return { zone: name.slice(0, bar), calendar: calendarOf(definition, parts) };
}

const allOf = (calendar: CampaignCalendar | undefined): Parts => ({
  windows: (calendar?.windows ?? []).map((_, number) => number),
  blackouts: (calendar?.blackouts ?? []).map((_, number) => number),
});

const numbersIn = (text: string): readonly number[] => (text === '' ? [] : text.split(',').map(Number));

/** Tells one calendar from another, so that numbers are not read against the wrong list. */
function editionOf({ windows = [], blackouts = [] }: CampaignCalendar): string {
  let hash = 0;
  for (const char of JSON.stringify([windows, blackouts]))
    hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return (hash >>> 0).toString(36);
}
