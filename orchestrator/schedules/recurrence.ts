import { CronExpressionParser } from 'cron-parser';
import ICAL from 'ical.js';
import type { Recurrence } from '../../shared/domain/campaign/schedule.ts';

/** Pure: every moment is an argument. */

const fields = /^(\S+ ){4}\S+$/;

/** Letters of months and days, `L` and `#`. `H` stands for a random minute and is refused. */
const fieldForm = /^[\d*,/\-#A-GI-Za-gi-z]+$/;

/** Why this is no cron expression of five fields; null = it is one. */
export function whyNotCron(text: string): string | null {
  if (!fields.test(text)) return 'has not five fields';
  if (!text.split(' ').every((each) => fieldForm.test(each))) return 'has a sign that cron does not know';
  try {
    CronExpressionParser.parse(text, { tz: 'UTC', currentDate: 0 });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'cannot be read';
  }
}

/** The parts of a rule that name days; the time of day stands beside the rule. */
const ruleParts = ['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTH', 'BYMONTHDAY', 'BYSETPOS', 'COUNT', 'WKST'];

/** Why this is no rule of RFC 5545 that names days; null = it is one. */
export function whyNotRule(text: string): string | null {
  const parts = text.split(';').map((part) => part.split('=')[0]?.toUpperCase() ?? '');
  const strange = parts.find((part) => !ruleParts.includes(part));
  if (strange !== undefined) return `has the part ${strange}`;
  if (!/FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)(;|$)/i.test(text)) return 'has no FREQ of a day or more';
  try {
    const never = daysOf(text, Temporal.PlainDate.from('2026-01-01')).next().done === true;
    return never ? 'names no day' : null;
  } catch (error) {
    return error instanceof Error ? error.message : 'cannot be read';
  }
}

/** A rule that names fewer days in a lifetime names none. */
const daysAtMost = 30_000;
const passedOverAtMost = 500;

/** The days of a rule from a day on. */
function* daysOf(text: string, from: Temporal.PlainDate): Generator<Temporal.PlainDate> {
  const recur = ICAL.Recur.fromString(text.toUpperCase());
  const start = ICAL.Time.fromDateString(from.toString());
  const iterator = recur.iterator(start);
  for (let read = 0, passedOver = 0; read < daysAtMost && passedOver < passedOverAtMost; read += 1) {
    const next = iterator.next() as ICAL.Time | null;
    if (next === null || next === undefined) return;
    // ical.js makes 2 March of 30 February; RFC 5545 (3.3.10) ignores dates that do not exist.
    if (!isNamed(recur, next)) {
      passedOver += 1;
      continue;
    }
    passedOver = 0;
    yield Temporal.PlainDate.from({ year: next.year, month: next.month, day: next.day });
  }
}

function isNamed({ parts }: ICAL.Recur, { month, day }: ICAL.Time): boolean {
  const months = parts['BYMONTH'] as readonly number[] | undefined;
  const days = parts['BYMONTHDAY'] as readonly number[] | undefined;
  if (months !== undefined && !months.includes(month)) return false;
  return days === undefined || days.includes(day) || days.some((each) => each < 0);
}

/**
 * The first occurrence after a moment; null = there is none any more. A wall time that the clocks
 * skip is moved by the gap, and of a time that a night has twice it is the first.
 * @param since the rule begins on this day
 */
export function nextOccurrence(recurrence: Recurrence, after: number, since: number): number | null {
  const { zone } = recurrence;
  if (recurrence.kind === 'cron') {
    const expression = CronExpressionParser.parse(recurrence.cron, {
      tz: zone,
      currentDate: after,
    });
    return expression.hasNext() ? expression.next().getTime() : null;
  }
  const minute = recurrence.at;
  const time = Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 });
  const first = Temporal.Instant.fromEpochMilliseconds(since).toZonedDateTimeISO(zone).toPlainDate();
  for (const day of daysOf(recurrence.rule, first)) {
    const at = day.toPlainDateTime(time).toZonedDateTime(zone).epochMilliseconds;
    if (at > after) return at;
  }
  return null;
}

/** The next occurrences after a moment, at most `count`. */
export function nextOccurrences(
  recurrence: Recurrence,
  after: number,
  since: number,
  count: number,
): readonly number[] {
  const found: number[] = [];
  for (let at = nextOccurrence(recurrence, after, since); at !== null && found.length < count;) {
    found.push(at);
    at = nextOccurrence(recurrence, at, since);
  }
  return found;
}
