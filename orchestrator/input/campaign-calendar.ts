import type {
  CampaignBlackout,
  CampaignCalendar,
  CampaignWindow,
  Where,
} from '../../shared/domain/campaign/definition.ts';
import { across, field, list, section, text } from '../../shared/input/fields.ts';
import type { IcsBlackouts, IcsEntry } from './campaign-ics.ts';
import { toFit } from './campaign-fit.ts';
import { whyNoDayRule } from './day-rule.ts';
import { where } from './names.ts';
import type { PlacedCondition } from './parse-where.ts';
import { dayNumbers, dayNames, daysField, hours } from './windows.ts';

/** The sections `windows` and `blackouts` of a campaign file. */

const dateForm = 'a date such as "2026-12-24"';

const date = () => field(dateForm, (value) => (typeof value === 'string' ? dateIn(value) : undefined));

function dateIn(text: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  try {
    return Temporal.PlainDate.from(text).toString();
  } catch {
    return undefined;
  }
}

const windowForm = 'a list such as [{ days: [fri], between: "22:00-05:00" }]';

/** One window: days of the week, or the days of a recurrence rule. */
const windowEntry = across(
  section({
    days: daysField().optional(),
    rule: field('a rule of RFC 5545, such as "FREQ=MONTHLY;BYDAY=2TU"', (value) =>
      typeof value === 'string' && value.length <= 300 ? value.replace(/^RRULE:/, '') : undefined,
    ).optional(),
    start: date().optional(),
    between: hours(),
    where: where().optional(),
  }),
  ({ days, rule, start }, blame) => {
    if (rule === undefined) {
      if (start !== undefined) blame(['start'], 'stands without a rule', 'start beside rule only');
      if (Array.isArray(days) && days.length === 0) blame(['days'], 'is an empty list', 'at least one day');
      return;
    }
    if (days !== undefined) blame(['days'], 'stands beside rule', 'days or rule');
    if (typeof rule !== 'string' || (start !== undefined && typeof start !== 'string')) return;
    const fault = whyNoDayRule({ rule, ...(start === undefined ? {} : { start }) });
    if (fault !== null) blame(['rule'], fault.wrong, fault.expected);
  },
);

export const windowsSection = across(list(windowEntry, windowForm), (entries, blame) => {
  if (Array.isArray(entries) && entries.length === 0) blame([], 'is an empty list', windowForm);
}).optional();

/** `2026-12-24` is the whole day, `2026-12-24 18:00` a time on the clock of each client. */
const edge = (expected: string) =>
  field(expected, (value): BlackoutEdge | undefined => {
    if (typeof value !== 'string') return undefined;
    const [, day = '', time] = /^(\d{4}-\d\d-\d\d)(?:[ T]((?:[01]\d|2[0-3]):[0-5]\d))?$/.exec(value) ?? [];
    const known = dateIn(day);
    return known === undefined ? undefined : { date: known, time: time ?? null };
  });

interface BlackoutEdge {
  readonly date: string;
  /** Null = the whole day. */
  readonly time: string | null;
}

const edgeForm = 'a day such as "2026-12-24", or a time such as "2026-12-24 18:00"';

const icsForm = 'the name of a calendar file such as holidays.ics';

const icsName = field(icsForm, (value) =>
  typeof value === 'string' && value.length <= 200 && /^[^\0\r\n]+\.ics$/i.test(value) ? value : undefined,
);

const blackoutEntry = across(
  section({
    from: edge(edgeForm).optional(),
    to: edge(edgeForm).optional(),
    ics: icsName.optional(),
    reason: text(),
    where: where().optional(),
  }),
  ({ from, to, ics }, blame) => {
    if (ics === undefined) {
      if (from === undefined) blame(['from'], 'is missing', edgeForm);
      if (to === undefined) blame(['to'], 'is missing', edgeForm);
    } else if (from !== undefined || to !== undefined)
      blame(['ics'], 'stands beside from or to', 'ics, or from and to');
    if (!isEdge(from) || !isEdge(to)) return;
    if (endOf(to) <= startOf(from)) blame(['to'], 'is not after from', `a time after ${inWords(from)}`);
  },
);

const isEdge = (value: unknown): value is BlackoutEdge =>
  typeof value === 'object' && value !== null && 'date' in value;

const inWords = ({ date: day, time }: BlackoutEdge): string => (time === null ? day : `${day} ${time}`);

const startOf = ({ date: day, time }: BlackoutEdge): string => `${day}T${time ?? '00:00'}`;

/** The whole last day belongs to a blackout that names a day. */
const endOf = ({ date: day, time }: BlackoutEdge): string =>
  time === null ? `${Temporal.PlainDate.from(day).add({ days: 1 }).toString()}T00:00` : `${day}T${time}`;

export const blackoutsSection = list(
  blackoutEntry,
  'a list such as [{ from: "2026-12-20", to: "2027-01-03", reason: "year end" }]',
).optional();

/** What a file says in `windows` and `blackouts`. */
interface CalendarInput {
  readonly windows?: NonNullable<ReturnType<(typeof windowsSection)['parse']>> | undefined;
  readonly blackouts?: NonNullable<ReturnType<(typeof blackoutsSection)['parse']>> | undefined;
  readonly fit?: Readonly<Record<string, number | undefined>> | undefined;
}

/** The calendar files that the section `blackouts` names. */
export const icsEntries = (
  blackouts: CalendarInput['blackouts'],
  lineOf: (path: readonly (string | number)[]) => number,
): readonly IcsEntry[] =>
  (blackouts ?? []).flatMap(({ ics, reason, where: conditions }, at) =>
    ics === undefined
      ? []
      : [{ ics, reason, ...toWhere(conditions), line: lineOf(['blackouts', at, 'ics']) }],
  );

/**
 * The calendar of a definition; nothing where the file has none of its sections. The blackouts of
 * calendar files follow those that the file names itself.
 */
export function toCalendar(
  { windows, blackouts, fit }: CalendarInput,
  ics: IcsBlackouts,
): {
  readonly calendar?: CampaignCalendar;
} {
  if (windows === undefined && blackouts === undefined && fit === undefined) return {};
  return {
    calendar: {
      ...(windows === undefined ? {} : { windows: windows.map(toWindow) }),
      ...(blackouts === undefined ? {} : { blackouts: [...blackouts.flatMap(toBlackout), ...ics.blackouts] }),
      ...(ics.sources.length === 0 ? {} : { ics: ics.sources }),
      ...(fit === undefined ? {} : { fit: toFit(fit) }),
    },
  };
}

type WindowInput = NonNullable<CalendarInput['windows']>[number];

function toWindow({ days, rule, start, between, where: conditions }: WindowInput): CampaignWindow {
  const opensOn =
    rule === undefined
      ? { days: dayNumbers(days ?? dayNames) }
      : { rule, ...(start === undefined ? {} : { start }) };
  return { ...opensOn, ...between, ...toWhere(conditions) };
}

const toBlackout = ({
  from,
  to,
  reason,
  where: conditions,
}: NonNullable<CalendarInput['blackouts']>[number]): readonly CampaignBlackout[] =>
  from === undefined || to === undefined
    ? []
    : [{ from: startOf(from), to: endOf(to), reason, ...toWhere(conditions) }];

const toWhere = (conditions: readonly PlacedCondition[] | undefined): { readonly where?: Where } =>
  conditions === undefined ? {} : { where: conditions.map(({ condition }) => condition) };
