import ICAL from 'ical.js';
import { err, ok, type Result } from '../../shared/errors.ts';
import { type InputFault, wholeFile, withoutControls } from '../../shared/input/input-fault.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { whyNoDayRule } from './day-rule.ts';
import { type IcsTime, icsTime } from './ics-time.ts';

/** One event of a calendar file, not yet repeated by its rule. */
export interface IcsEvent {
  readonly uid: string;
  readonly summary: string;
  readonly start: IcsTime;
  /** Whole days go by the clock, and `ms` are exact (RFC 5545, 3.8.2.5). */
  readonly length: { readonly days: number; readonly ms: number };
  /** Without UNTIL, which is `until`. */
  readonly rule?: { readonly text: string; readonly until: IcsTime | null };
  /** RDATE: further times at which it begins. */
  readonly more: readonly IcsTime[];
  /** EXDATE. */
  readonly except: readonly IcsTime[];
  /** The time of its series that it takes the place of. */
  readonly replaces: IcsTime | null;
  readonly isCancelled: boolean;
}

/** What is wrong with an event: its property, and the two halves of a fault. */
class EventFault extends Error {
  readonly key: string;
  readonly expected: string;

  constructor(key: string, wrong: string, expected: string) {
    super(wrong);
    this.key = key;
    this.expected = expected;
  }
}

/** Repeating takes time, so a calendar file has at most so many events with a rule. */
const rulesAtMost = 200;

/** The events of a calendar file; each fault has the line on which its event begins. */
export function readIcs(text: string, file: string): Result<readonly IcsEvent[], InputFault[]> {
  const parsed = parse(text.replace(/^\uFEFF/, ''), file);
  if (!parsed.ok) return parsed;
  const calendars = parsed.value;
  const lines = text
    .split(/\r\n|\r|\n/)
    .flatMap((line, at) => (/^BEGIN:VEVENT\s*$/i.test(line) ? [at + 1] : []));
  const events: IcsEvent[] = [];
  const faults: InputFault[] = [];
  const zones = new Map(calendars.flatMap(zonesOf));
  for (const [at, component] of calendars.flatMap((each) => each.getAllSubcomponents('vevent')).entries())
    try {
      events.push(readEvent(component, zones));
    } catch (thrown) {
      const { key, expected } =
        thrown instanceof EventFault ? thrown : { key: 'VEVENT', expected: 'an event of RFC 5545' };
      faults.push({ file, line: lines[at] ?? 1, key, wrong: reasonOf(thrown), expected });
    }
  if (faults.length > 0) return err(faults);
  const bad = (wrong: string, expected: string) => err([{ file, line: 1, key: wholeFile, wrong, expected }]);
  if (events.length === 0) return bad('has no event', 'a calendar with at least one VEVENT');
  const rules = events.filter(({ rule }) => rule !== undefined).length;
  return rules > rulesAtMost ? bad(`has ${rules} events with RRULE`, `at most ${rulesAtMost}`) : ok(events);
}

function parse(text: string, file: string): Result<readonly ICAL.Component[], InputFault[]> {
  try {
    const found = ICAL.parse(text) as unknown[];
    const all = (typeof found[0] === 'string' ? [found] : found) as ConstructorParameters<
      typeof ICAL.Component
    >[0][];
    const calendars = all.map((each) => new ICAL.Component(each));
    if (calendars.length > 0 && calendars.every(({ name }) => name === 'vcalendar')) return ok(calendars);
    return err([{ file, line: 1, key: wholeFile, wrong: 'is no calendar', expected: 'BEGIN:VCALENDAR' }]);
  } catch (thrown) {
    const wrong = withoutControls(reasonOf(thrown)).slice(0, 200);
    const quoted = /"(.*)"$/.exec(reasonOf(thrown))?.[1];
    const at =
      quoted === undefined
        ? -1
        : text.split(/\r\n|\r|\n/).findIndex((line) => quoted.startsWith(line) && line !== '');
    return err([{ file, line: at + 1 || 1, key: wholeFile, wrong, expected: 'a calendar of RFC 5545' }]);
  }
}

/** The time zones that a calendar defines itself; Outlook has names of its own for them. */
function zonesOf(calendar: ICAL.Component): readonly [string, (wall: Temporal.PlainDateTime) => number][] {
  return calendar.getAllSubcomponents('vtimezone').map((component) => {
    const zone = new ICAL.Timezone(component);
    return [
      zone.tzid,
      ({ year, month, day, hour, minute, second }) =>
        new ICAL.Time({ year, month, day, hour, minute, second }, zone).toUnixTime() * 1_000,
    ];
  });
}

type Zones = ReadonlyMap<string, (wall: Temporal.PlainDateTime) => number>;

function readEvent(component: ICAL.Component, zones: Zones): IcsEvent {
  const times = (name: string): readonly IcsTime[] =>
    component.getAllProperties(name).flatMap((property) => timesOf(property, zones));
  const start = times('dtstart')[0];
  if (start === undefined) throw new EventFault('DTSTART', 'is missing', 'the start of the event');
  const rules = component.getAllProperties('rrule');
  if (rules.length > 1) throw new EventFault('RRULE', 'stands twice', 'one RRULE');
  if (component.hasProperty('exrule'))
    throw new EventFault('EXRULE', 'is there', 'EXDATE (RFC 5545 has no EXRULE)');
  const replaces = component.getFirstProperty('recurrence-id');
  if (replaces?.getParameter('range') !== undefined)
    throw new EventFault('RECURRENCE-ID', 'has RANGE', 'one time of the series');
  const text = (name: string): string => String(component.getFirstPropertyValue(name) ?? '');
  const rule = rules[0]?.getFirstValue() as ICAL.Recur | undefined;
  return {
    uid: text('uid'),
    summary: withoutControls(text('summary').trim()).slice(0, 100),
    start,
    length: lengthOf(component, start, times('dtend')[0]),
    ...(rule === undefined ? {} : { rule: ruleOf(rule, start) }),
    more: times('rdate'),
    except: times('exdate'),
    replaces: times('recurrence-id')[0] ?? null,
    isCancelled: text('status').toUpperCase() === 'CANCELLED',
  };
}

function timesOf(property: ICAL.Property, zones: Zones): readonly IcsTime[] {
  const name = property.name.toUpperCase();
  const tzid = property.getFirstParameter('tzid') as string | undefined;
  return (property.getValues() as unknown[]).map((value) => {
    if (!(value instanceof ICAL.Time)) throw new EventFault(name, 'is no time', 'a day or a time');
    let time: IcsTime | null;
    try {
      time = icsTime(value, tzid || undefined, zones);
    } catch {
      throw new EventFault(name, 'is no time', 'a day or a time');
    }
    if (time !== null) return time;
    throw new EventFault(
      name,
      `has the time zone ${tzid ?? ''}`,
      'a zone of the IANA list, or one that the file defines',
    );
  });
}

/** An event of a day without an end lasts the day; a time without an end lasts no time. */
function lengthOf(component: ICAL.Component, start: IcsTime, end: IcsTime | undefined): IcsEvent['length'] {
  const duration = component.getFirstPropertyValue('duration') as unknown;
  if (duration instanceof ICAL.Duration) {
    const { weeks, days, hours, minutes, seconds, isNegative } = duration;
    const ms = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
    return longer({ days: isNegative ? 0 : weeks * 7 + days, ms: isNegative ? 0 : ms }, 'DURATION');
  }
  if (end === undefined) {
    if (start.isDay) return { days: 1, ms: 0 };
    throw new EventFault('DTSTART', 'has no end', 'DTEND or DURATION');
  }
  if (end.isDay !== start.isDay || (end.momentOf === null) !== (start.momentOf === null))
    throw new EventFault('DTEND', 'is of another kind than DTSTART', 'two days, or two times');
  if (start.isDay) {
    const { days } = start.wall.toPlainDate().until(end.wall.toPlainDate());
    // Some programs write the day itself as the end of one day.
    return days === 0 ? { days: 1, ms: 0 } : longer({ days, ms: 0 }, 'DTEND');
  }
  const at = ({ momentOf, wall }: IcsTime): number => (momentOf ?? asUtc)(wall);
  return longer({ days: 0, ms: at(end) - at(start) }, 'DTEND');
}

const asUtc = (wall: Temporal.PlainDateTime): number => wall.toZonedDateTime('UTC').epochMilliseconds;

function longer(length: IcsEvent['length'], key: string): IcsEvent['length'] {
  if (length.days > 0 || (length.days === 0 && length.ms > 0)) return length;
  throw new EventFault(key, 'is not after the start', 'an end after DTSTART');
}

function ruleOf(recur: ICAL.Recur, start: IcsTime): NonNullable<IcsEvent['rule']> {
  const text = recur.toString();
  const ends = recur.until as ICAL.Time | null;
  const rule = text
    .split(';')
    .filter((part) => !part.startsWith('UNTIL='))
    .join(';');
  const fault = whyNoDayRule({ rule, start: start.wall.toPlainDate().toString() });
  if (fault !== null) throw new EventFault('RRULE', fault.wrong, fault.expected);
  return { text: rule, until: ends === null ? null : icsTime(ends, undefined, new Map()) };
}
