import { describe, expect, test } from 'vitest';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { accepted, faultsOf } from './given.ts';

/** The first of these lines is line 3. */
const read = (...lines: string[]) =>
  parseCampaign(`campaign: sp4\nrelease: sms-1.2-sp4\n${lines.join('\n')}\n`, 'c.yaml');

describe('windows and blackouts of a campaign file', () => {
  test('are left out of the definition where the file has none', () => {
    expect(accepted(read())).not.toHaveProperty('calendar');
  });

  test('are days of the week, days of a rule, and stretches of time', () => {
    const { calendar, policy } = accepted(
      read(
        'windows:',
        '  - { days: [sat, fri], between: "22:00-05:00" }',
        '  - { rule: "FREQ=MONTHLY;BYDAY=2TU", between: "22:00-05:00", where: "!kiosk" }',
        '  - { rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", start: 2026-12-01, between: "12:00-14:00" }',
        'blackouts:',
        '  - { from: 2026-12-20, to: 2027-01-03, reason: year end }',
        '  - { from: "2026-12-01 18:00", to: "2026-12-02 06:30", reason: audit, where: till }',
      ),
    );
    expect(policy.window).toBeNull();
    const night = { from: 22 * 60, to: 5 * 60 };
    expect(calendar).toEqual({
      windows: [
        { days: [5, 6], ...night },
        { rule: 'FREQ=MONTHLY;BYDAY=2TU', ...night, where: [{ key: 'kiosk', is: 'missing' }] },
        { rule: 'FREQ=WEEKLY;INTERVAL=2;BYDAY=TU', start: '2026-12-01', from: 12 * 60, to: 14 * 60 },
      ],
      blackouts: [
        { from: '2026-12-20T00:00', to: '2027-01-04T00:00', reason: 'year end' },
        {
          from: '2026-12-01T18:00',
          to: '2026-12-02T06:30',
          reason: 'audit',
          where: [{ key: 'till', is: 'there' }],
        },
      ],
    });
  });

  test('have the durations of steps beside them', () => {
    const { calendar } = accepted(
      read('window: { between: "22:00-05:00" }', 'fit: { relocation: 25m, restart: 10m }'),
    );
    expect(calendar).toEqual({ fit: { relocation: 25 * 60_000, restart: 10 * 60_000 } });
  });

  const rule = (text: string): string => `  - { rule: "${text}", between: "22:00-05:00" }`;

  test.each([
    [
      'window beside windows',
      ['window: { between: "22:00-05:00" }', 'windows:', '  - { between: "22:00-05:00" }'],
      'c.yaml:4: windows: stands beside window, expected window or windows',
    ],
    [
      'an empty list',
      ['windows: []'],
      'c.yaml:3: windows: is an empty list, expected a list such as [{ days: [fri], between: "22:00-05:00" }]',
    ],
    [
      'days beside a rule',
      ['windows:', '  - days: [mon]', '    rule: FREQ=DAILY', '    between: "22:00-05:00"'],
      'c.yaml:4: windows[0].days: stands beside rule, expected days or rule',
    ],
    [
      'a start without a rule',
      ['windows:', '  - start: 2026-12-01', '    between: "22:00-05:00"'],
      'c.yaml:4: windows[0].start: stands without a rule, expected start beside rule only',
    ],
    [
      'hours in a rule',
      ['windows:', rule('FREQ=DAILY;BYHOUR=22')],
      'c.yaml:4: windows[0].rule: has BYHOUR, expected days only: the hours stand in between',
    ],
    [
      'a rule by hours',
      ['windows:', rule('FREQ=HOURLY')],
      'c.yaml:4: windows[0].rule: has FREQ=HOURLY, expected FREQ=DAILY, WEEKLY, MONTHLY or YEARLY',
    ],
    [
      'a value out of bounds, which the library would leave out',
      ['windows:', rule('FREQ=MONTHLY;BYMONTHDAY=32')],
      'c.yaml:4: windows[0].rule: has BYMONTHDAY=32, expected a rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=2TU',
    ],
    [
      'a part that RFC 5545 refuses',
      ['windows:', rule('FREQ=WEEKLY;BYDAY=2TU')],
      'c.yaml:4: windows[0].rule: is refused: BYDAY with numeric value MUST NOT be used unless FREQ is MONTHLY or YEARLY, expected a rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=2TU',
    ],
    [
      'a rule without a day',
      ['windows:', rule('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30')],
      'c.yaml:4: windows[0].rule: has no day in 12 years, expected a rule of RFC 5545, such as FREQ=MONTHLY;BYDAY=2TU',
    ],
    [
      'a rule that counts without a start',
      ['windows:', rule('FREQ=WEEKLY;INTERVAL=2;BYDAY=TU')],
      'c.yaml:4: windows[0].rule: leaves days out (INTERVAL), expected start, the first day of the rule, beside it',
    ],
    [
      'a start that is no day of the rule',
      [
        'windows:',
        '  - { rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", start: 2026-12-02, between: "22:00-05:00" }',
      ],
      'c.yaml:4: windows[0].rule: does not fall on its start 2026-12-02, expected a day of the rule as start, such as 2026-12-15',
    ],
    [
      'a blackout that ends before it begins',
      ['blackouts:', '  - { from: 2026-12-20, to: 2026-12-19, reason: x }'],
      'c.yaml:4: blackouts[0].to: is not after from, expected a time after 2026-12-20',
    ],
    [
      'a day that does not exist',
      ['blackouts:', '  - { from: 2026-02-30, to: 2026-03-02, reason: x }'],
      'c.yaml:4: blackouts[0].from: is "2026-02-30", expected a day such as "2026-12-24", or a time such as "2026-12-24 18:00"',
    ],
    [
      'a step that is to fit into nothing',
      ['fit: { update: 20m }'],
      'c.yaml:3: fit: stands without window, windows and blackouts, expected one of them beside it',
    ],
    [
      'a blackout without a reason',
      ['blackouts:', '  - { from: 2026-12-20, to: 2026-12-21 }'],
      'c.yaml:4: blackouts[0].reason: is missing, expected a text of at most 200 characters',
    ],
  ])('are refused with line and reason: %s', (_name, lines, says) => {
    expect(faultsOf(read(...lines))).toEqual([says]);
  });
});
