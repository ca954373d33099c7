import { RRuleTemporal } from 'rrule-temporal';
import { type DayRule, nextRuleDay, ruleDays } from '../../shared/domain/time/recurrence.ts';

const form = 'a rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=2TU';

/**
 * The parts that a rule of days may have, with their values. The library leaves out a value that is
 * out of bounds, and the rule would then mean other days.
 */
const partForms: Readonly<Record<string, (value: string) => boolean>> = {
  FREQ: (value) => ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'].includes(value),
  INTERVAL: numbers(1, 1_000),
  COUNT: numbers(1, 10_000),
  UNTIL: (value) => /^\d{8}$/.test(value) && isDate(value),
  WKST: (value) => dayNames.test(value),
  BYDAY: (value) =>
    value.split(',').every((day) => dayNames.test(day.replace(/^[+-]?([1-9]|[1-4]\d|5[0-3])(?=[A-Z])/, ''))),
  BYMONTH: numbers(1, 12),
  BYMONTHDAY: signed(31),
  BYYEARDAY: signed(366),
  BYWEEKNO: signed(53),
  BYSETPOS: signed(366),
};

const dayNames = /^(MO|TU|WE|TH|FR|SA|SU)$/;

function numbers(least: number, most: number): (value: string) => boolean {
  return (value) =>
    value.split(',').every((each) => /^\d{1,5}$/.test(each) && Number(each) >= least && Number(each) <= most);
}

function signed(most: number): (value: string) => boolean {
  const within = numbers(1, most);
  return (value) => value.split(',').every((each) => within(each.replace(/^[+-]/, '')));
}

function isDate(compact: string): boolean {
  try {
    return Temporal.PlainDate.from(compact).toString() !== '';
  } catch {
    return false;
  }
}

/** What is wrong with a rule, in the words of a fault. */
export interface RuleFault {
  readonly wrong: string;
  readonly expected: string;
}

/** Why this is no rule of days; null = it is one. `start` is an ISO date. */
export function whyNoDayRule({ rule, start }: DayRule): RuleFault | null {
  const misformed = whyMisformed(rule);
  if (misformed !== null) return misformed;
  if (start !== undefined) return whyOffStart({ rule, start });
  const counted = whyCounted(partsOf(rule));
  if (counted !== null) return { wrong: counted, expected: 'start, the first day of the rule, beside it' };
  return whyNever(rule);
}

/**
 * Why this is no rule of days that begins on a day of servpack's own choice, such as that of a
 * schedule's creation; null = it is one.
 */
export const whyNoRule = (rule: string): RuleFault | null => whyMisformed(rule) ?? whyNever(rule);

const partsOf = (rule: string): ReadonlyMap<string, string> =>
  new Map(rule.split(';').map((part) => cut(part)));

function whyMisformed(rule: string): RuleFault | null {
  const parts = partsOf(rule);
  if (!parts.has('FREQ') || parts.size < rule.split(';').length)
    return { wrong: parts.has('FREQ') ? 'has a part twice' : 'has no FREQ', expected: form };
  for (const [name, value] of parts)
    if (!(Object.hasOwn(partForms, name) && partForms[name]?.(value) === true)) return wrongPart(name, value);
  const refused = whyRefused(rule);
  return refused === null ? null : { wrong: `is refused: ${refused}`, expected: form };
}

function whyNever(rule: string): RuleFault | null {
  const sample = Temporal.PlainDate.from('2024-01-01');
  const isEver = partsOf(rule).has('UNTIL') || nextRuleDay({ rule }, sample) !== null;
  return isEver ? null : { wrong: 'has no day in 12 years', expected: form };
}

const cut = (part: string): [string, string] => {
  const at = part.indexOf('=');
  return at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + 1)];
};

function wrongPart(name: string, value: string): RuleFault {
  if (name === 'FREQ')
    return { wrong: `has FREQ=${value}`, expected: 'FREQ=DAILY, WEEKLY, MONTHLY or YEARLY' };
  if (['BYHOUR', 'BYMINUTE', 'BYSECOND'].includes(name))
    return { wrong: `has ${name}`, expected: 'days only: the hours stand in between' };
  return name === 'UNTIL'
    ? { wrong: `has UNTIL=${value}`, expected: 'UNTIL as a date, such as UNTIL=20271231' }
    : { wrong: `has ${value === '' ? name : `${name}=${value}`}`, expected: form };
}

/** What the library says against the rule by RFC 5545; null = nothing. */
function whyRefused(rule: string): string | null {
  try {
    new RRuleTemporal({ rruleString: `DTSTART;VALUE=DATE:20260101\nRRULE:${rule}`, strict: true });
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : 'it is no rule';
  }
}

/** By RFC 5545 a rule that does not fall on its start has no defined days. */
function whyOffStart(rule: Required<DayRule>): RuleFault | null {
  const first = Temporal.PlainDate.from(rule.start);
  if (ruleDays(rule, first, first).length > 0) return null;
  const next = nextRuleDay(rule, first);
  const near = next === null ? '' : `, such as ${next.toString()}`;
  return { wrong: `does not fall on its start ${rule.start}`, expected: `a day of the rule as start${near}` };
}

/** Why the days of the rule depend on its start; null = they do not. */
function whyCounted(parts: ReadonlyMap<string, string>): string | null {
  const frequency = parts.get('FREQ');
  if (parts.has('COUNT')) return 'counts its days (COUNT)';
  if (Number(parts.get('INTERVAL') ?? '1') > 1) return 'leaves days out (INTERVAL)';
  const has = (...names: readonly string[]): boolean => names.some((name) => parts.has(name));
  if (frequency === 'WEEKLY' && !has('BYDAY')) return 'names no day of the week (BYDAY)';
  if (frequency === 'MONTHLY' && !has('BYDAY', 'BYMONTHDAY')) return 'names no day (BYDAY, BYMONTHDAY)';
  return frequency === 'YEARLY' && !has('BYDAY', 'BYMONTHDAY', 'BYYEARDAY')
    ? 'names no day (BYDAY, BYMONTHDAY, BYYEARDAY)'
    : null;
}
