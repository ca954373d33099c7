import type { Recurrence } from '../../shared/domain/campaign/schedule.ts';
import { err, ok } from '../../shared/errors.ts';
import { across, matching, oneOf, section, sentence } from '../../shared/input/fields.ts';
import { whyNotCron } from '../schedules/recurrence.ts';
import { whyNoRule } from './day-rule.ts';
import { isZone, zoneForm } from './names.ts';

const cronForm = 'minute, hour, day, month and weekday, such as "0 22 * * 2"';
const ruleForm = 'a rule of days of RFC 5545, such as "FREQ=MONTHLY;BYDAY=2TU"';

const checked = (expected: string, why: (text: string) => string | null) =>
  sentence(expected, (text) => {
    const wrong = why(text);
    return wrong === null ? ok(text) : err({ at: 0, wrong, expected });
  });

type Blame = (path: PropertyKey[], wrong: string, expected: string) => void;

/** When the campaign of this file recurs. */
export const scheduleSection = across(
  section({
    cron: checked(cronForm, whyNotCron).optional(),
    rule: checked(ruleForm, (text) => whyNoRule(text.toUpperCase())?.wrong ?? null).optional(),
    at: matching('a time of the day such as "22:00"', (text) => isTime(text)).optional(),
    zone: matching(zoneForm, isZone),
    missed: oneOf('run', 'skip').default('run'),
  }),
  checkKeys,
).optional();

const isTime = (text: string): boolean => /^([01]\d|2[0-3]):[0-5]\d$/.test(text);

interface Keys {
  readonly cron?: string | undefined;
  readonly rule?: string | undefined;
  readonly at?: string | undefined;
}

function checkKeys({ cron, rule, at }: Keys, blame: Blame): void {
  if ((cron === undefined) === (rule === undefined))
    blame([], cron === undefined ? 'has neither cron nor rule' : 'has cron and rule', 'one of the two');
  else if (rule !== undefined && at === undefined) blame([], 'has no at', 'at: the time of the day');
  else if (cron !== undefined && at !== undefined)
    blame(['at'], 'stands beside cron, which has the time', 'at only beside rule');
}

interface Beside {
  readonly campaign?: string | undefined;
  readonly schedule?: unknown;
  readonly on?: string | null | undefined;
  readonly startAt?: number | null | undefined;
  readonly endAt?: number | undefined;
}

/** The date of an occurrence follows the name, and a name has at most 63 characters. */
const nameAtMost = 45;

/** Refuses what fits one campaign only beside a schedule. */
export function checkSchedule({ campaign, schedule, on, startAt, endAt }: Beside, blame: Blame): void {
  if (schedule === undefined) return;
  if (typeof campaign === 'string' && campaign.length > nameAtMost)
    blame(
      ['campaign'],
      `has ${campaign.length} characters`,
      `at most ${nameAtMost} beside schedule: the date of each occurrence follows the name`,
    );
  const once = { on, startAt, endAt };
  for (const [key, value] of Object.entries(once))
    if (value !== undefined && value !== null)
      blame([key], 'stands beside schedule', 'a file without it: each occurrence starts at its own time');
}

interface ScheduleInput extends Keys {
  readonly zone: string;
  readonly missed: 'run' | 'skip';
}

/** The recurrence of a file without a fault. */
export function toRecurrence({ cron, rule, at = '00:00', zone }: ScheduleInput): Recurrence {
  if (cron !== undefined) return { kind: 'cron', cron, zone };
  const [hour = 0, minute = 0] = at.split(':').map(Number);
  return { kind: 'rule', rule: rule ?? '', at: hour * 60 + minute, zone };
}
