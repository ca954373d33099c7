import { RRuleTemporal } from 'rrule-temporal';

/**
 * The days of a recurrence rule of RFC 5545, such as `FREQ=MONTHLY;BYDAY=2TU` for every second
 * Tuesday of a month. Days only: the hours stand beside the rule. The library reads no clock as
 * long as each call names its days.
 */
export interface DayRule {
  readonly rule: string;
  /** DTSTART, an ISO date; only a rule that counts from it has one. */
  readonly start?: string;
}

/**
 * A rule without `start` has the same days wherever its counting begins, so it begins shortly
 * before the days that are asked for. Two years hold every set of a rule that counts by years.
 */
const countedFromMonths = 24;

/**
 * The days of the rule from `first` to `last`, in order. A rule that has no day for so long that
 * the library gives up has none.
 */
export function ruleDays(
  rule: DayRule,
  first: Temporal.PlainDate,
  last: Temporal.PlainDate,
): readonly Temporal.PlainDate[] {
  const start = rule.start ?? first.with({ day: 1 }).subtract({ months: countedFromMonths }).toString();
  const compact = start.replaceAll('-', '');
  // The library would read UNTIL as the first moment of that day, in UTC; so does the start.
  const recurrence = new RRuleTemporal({ rruleString: `DTSTART:${compact}T000000Z\nRRULE:${rule.rule}` });
  try {
    return recurrence
      .between(midnight(first), midnight(last), true)
      .map((day) => Temporal.PlainDate.from(day.toPlainDate().toString()));
  } catch {
    return [];
  }
}

/** The next day of the rule, `first` itself included; null = it has none any more. */
export function nextRuleDay(rule: DayRule, first: Temporal.PlainDate): Temporal.PlainDate | null {
  const soon = ruleDays(rule, first, first.add({ months: 13 }))[0];
  // Rare days, such as 29 February or the first Friday the 13th of a May.
  return soon ?? ruleDays(rule, first, first.add({ years: rareYears }))[0] ?? null;
}

const rareYears = 12;

const midnight = (date: Temporal.PlainDate): Temporal.ZonedDateTime => date.toZonedDateTime('UTC');
