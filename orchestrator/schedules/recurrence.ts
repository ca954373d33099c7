import { CronExpressionParser } from 'cron-parser';
import type { Recurrence } from '../../shared/domain/campaign/schedule.ts';
import { nextRuleDay } from '../../shared/domain/time/recurrence.ts';

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
  const dayOf = (moment: number): Temporal.PlainDate =>
    Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone).toPlainDate();
  const rule = { rule: recurrence.rule.toUpperCase(), start: dayOf(since).toString() };
  for (let day = nextRuleDay(rule, dayOf(Math.max(after, since))); day !== null;) {
    const at = day.toPlainDateTime(time).toZonedDateTime(zone).epochMilliseconds;
    if (at > after) return at;
    day = nextRuleDay(rule, day.add({ days: 1 }));
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
