import { expect, test } from 'vitest';
import { calendarFor } from '../../shared/domain/campaign/calendar.ts';
import { blackoutAt } from '../../shared/domain/time/calendar.ts';
import { calendarRules } from '../../orchestrator/views/calendar-words.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { printFault } from '../../shared/input/input-fault.ts';

const now = Date.parse('2026-11-29T12:00:00Z');

const file = (events: string, head = '') =>
  `BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\n${head}${events}END:VCALENDAR\r\n`;

const event = (...lines: string[]) =>
  [
    'BEGIN:VEVENT',
    'UID:a@example.org',
    'DTSTAMP:20261101T000000Z',
    'SUMMARY:Event',
    ...lines,
    'END:VEVENT',
    '',
  ].join('\r\n');

const read = (ics: string, entry = '{ ics: h.ics, reason: closed }') =>
  parseCampaign(`campaign: sp4\nrelease: r\nblackouts:\n  - ${entry}\n`, 'c.yaml', {
    calendars: { 'h.ics': ics },
    now,
  });

function definition(ics: string) {
  const found = read(ics);
  if (!found.ok) throw new Error(found.error.map(printFault).join('\n'));
  return found.value;
}

const stretches = (ics: string) =>
  (definition(ics).calendar?.blackouts ?? []).map(({ from, to }) => [from, to].map(words).join(' '));

const words = (edge: string | number) =>
  typeof edge === 'number' ? new Date(edge).toISOString().slice(0, 16) + 'Z' : edge;

const faults = (ics: string) => {
  const found = read(ics);
  return found.ok ? [] : found.error.map(printFault);
};

// The export of a public calendar of Google: days, and "transparent" although all are on holiday.
const google = file(
  [
    'BEGIN:VEVENT',
    'DTSTART;VALUE=DATE:20261225',
    'DTEND;VALUE=DATE:20261227',
    'DTSTAMP:20261101T071020Z',
    'UID:20261225_60o30c9@google.com',
    'CLASS:PUBLIC',
    'STATUS:CONFIRMED',
    'SUMMARY:Christmas\\, both ',
    ' days',
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    '',
  ].join('\r\n'),
);

test('days of a calendar of Google are days of each client, and the reason names the event', () => {
  const { calendar } = definition(google);
  expect(calendar?.blackouts).toEqual([
    { from: '2026-12-25T00:00', to: '2026-12-27T00:00', reason: 'closed: Christmas, both days' },
  ]);
  expect(calendarRules(definition(google)).find(({ rule }) => rule === 'blackouts')?.says).toMatch(
    /^nothing begins, .* \(closed: Christmas, both days\); h\.ics \(SHA-256 [0-9a-f]{12}\) has 1 blackout until 2028-11-28$/,
  );
  const client = { client: 'a', host: 'a', logonServer: 'L', role: 'workstation', labels: [] } as const;
  const own = calendarFor(definition(google), { ...client, zone: 'Asia/Tokyo' });
  expect(own && blackoutAt(own, 'Asia/Tokyo', Date.parse('2026-12-24T15:30:00Z'))?.reason).toBe(
    'closed: Christmas, both days',
  );
});

// Outlook writes the zones of Windows, and defines them ([MS-OXCICAL] 2.1.3.1.1.19).
const outlookZone = [
  'BEGIN:VTIMEZONE',
  'TZID:W. Europe Standard Time',
  'BEGIN:STANDARD',
  'DTSTART:16010101T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010101T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
  '',
].join('\r\n');

test.each([
  ['a zone that Outlook defines', 'W. Europe Standard Time', outlookZone],
  ['a zone of the IANA list, as Apple writes it', 'Europe/Berlin', ''],
])('times follow the clock changes of %s', (_, zone, head) => {
  const series = event(
    `DTSTART;TZID=${zone}:20270320T200000`,
    `DTEND;TZID=${zone}:20270320T220000`,
    'RRULE:FREQ=WEEKLY;BYDAY=SA;COUNT=4',
    `EXDATE;TZID=${zone}:20270403T200000`,
  );
  expect(stretches(file(series, head))).toEqual([
    '2027-03-20T19:00Z 2027-03-20T21:00Z',
    '2027-03-27T19:00Z 2027-03-27T21:00Z',
    '2027-04-10T18:00Z 2027-04-10T20:00Z',
  ]);
});

test('floating times are times of each client, and UNTIL counts', () => {
  const series = event(
    'DTSTART:20261201T180000',
    'DURATION:P1DT2H',
    'RRULE:FREQ=DAILY;INTERVAL=7;UNTIL=20261208T180000',
  );
  expect(stretches(file(series))).toEqual([
    '2026-12-01T18:00 2026-12-02T20:00',
    '2026-12-08T18:00 2026-12-09T20:00',
  ]);
});

test('one time of a series can be moved or cancelled, and others can be added', () => {
  const series = event(
    'DTSTART:20261201T100000Z',
    'DTEND:20261201T110000Z',
    'RRULE:FREQ=DAILY;COUNT=3',
    'RDATE:20261220T100000Z',
  );
  const moved = event('RECURRENCE-ID:20261202T100000Z', 'DTSTART:20261202T150000Z', 'DTEND:20261202T160000Z');
  const gone = event(
    'RECURRENCE-ID:20261203T100000Z',
    'DTSTART:20261203T100000Z',
    'DTEND:20261203T110000Z',
    'STATUS:CANCELLED',
  );
  expect(stretches(file(series + moved + gone))).toEqual([
    '2026-12-01T10:00Z 2026-12-01T11:00Z',
    '2026-12-02T15:00Z 2026-12-02T16:00Z',
    '2026-12-20T10:00Z 2026-12-20T11:00Z',
  ]);
});

test('what is over is left out, what lasts stays, and rules of RFC 5545 name 29 February', () => {
  expect(stretches(file(event('DTSTART;VALUE=DATE:20261101')))).toEqual([]);
  expect(stretches(file(event('DTSTART;VALUE=DATE:20261101', 'DTEND;VALUE=DATE:20261224')))).toHaveLength(1);
  const leap = event('DTSTART;VALUE=DATE:20240229', 'RRULE:FREQ=YEARLY');
  expect(stretches(file(leap))).toEqual(['2028-02-29T00:00 2028-03-01T00:00']);
});

test('more than 1,000 blackouts are cut, and the plan says so', () => {
  const daily = event('DTSTART:20261201T100000', 'DTEND:20261201T110000', 'RRULE:FREQ=DAILY');
  const found = definition(file(daily + daily.replace('UID:a', 'UID:b')));
  expect(found.calendar?.blackouts).toHaveLength(1_000);
  expect(calendarRules(found).map(({ says }) => says)).toContainEqual(
    expect.stringMatching(/has 1000 blackouts until 2028-11-28, and \d+ later ones are left out/),
  );
});

test.each([
  ['h.ics:4: DTSTART: has no end, expected DTEND or DURATION', 'DTSTART:20261201T100000'],
  ['h.ics:4: DTSTART: is missing, expected the start of the event', 'DURATION:PT1H'],
  [
    'h.ics:4: DTSTART: has the time zone Mars, expected a zone of the IANA list, or one that the file defines',
    'DTSTART;TZID=Mars:20261201T100000\r\nDURATION:PT1H',
  ],
  [
    'h.ics:4: DTEND: is not after the start, expected an end after DTSTART',
    'DTSTART:20261201T100000\r\nDTEND:20261201T090000',
  ],
  [
    'h.ics:4: RRULE: has FREQ=HOURLY, expected FREQ=DAILY, WEEKLY, MONTHLY or YEARLY',
    'DTSTART:20261201T100000\r\nDURATION:PT1H\r\nRRULE:FREQ=HOURLY',
  ],
])('%s', (fault, lines) => {
  expect(faults(file(event(lines)))).toEqual([fault]);
});

test('a file that is no calendar, has no event or was not sent is refused', () => {
  expect(faults('hello')[0]).toMatch(/^h\.ics:1: \(file\): /);
  expect(faults(file(''))).toEqual([
    'h.ics:1: (file): has no event, expected a calendar with at least one VEVENT',
  ]);
  const missing = read(google, '{ ics: other.ics, reason: closed }');
  expect(missing.ok ? [] : missing.error.map(printFault)).toEqual([
    'c.yaml:4: ics: names other.ics, which did not come with the campaign file, expected a file beside the campaign file',
  ]);
  const both = read(google, '{ ics: h.ics, from: 2026-12-01, reason: closed }');
  expect(both.ok ? [] : both.error.map(printFault)).toEqual([
    'c.yaml:4: blackouts[0].ics: stands beside from or to, expected ics, or from and to',
  ]);
});
