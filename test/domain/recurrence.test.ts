import { describe, expect, test } from 'vitest';
import { whyNoRule } from '../../orchestrator/input/day-rule.ts';
import { nextOccurrences, whyNotCron } from '../../orchestrator/schedules/recurrence.ts';
import {
  occurrenceByHand,
  occurrenceDone,
  occurrenceDue,
  occurrenceName,
  resumed,
} from '../../orchestrator/schedules/occurrences.ts';
import { scheduleView, scheduleWords } from '../../orchestrator/schedules/schedule-words.ts';
import type { Recurrence, Schedule } from '../../shared/domain/campaign/schedule.ts';

const berlin = 'Europe/Berlin';
const at = (text: string): number => Date.parse(text);
const cron = (text: string): Recurrence => ({ kind: 'cron', cron: text, zone: berlin });
const rule = (text: string, minute = 22 * 60): Recurrence => ({
  kind: 'rule',
  rule: text,
  at: minute,
  zone: berlin,
});
const next = (recurrence: Recurrence, from: string, count = 3): readonly string[] =>
  nextOccurrences(recurrence, at(from), at(from), count).map((each) => new Date(each).toISOString());

describe('the next occurrences', () => {
  test('of cron and of a rule follow the clock of their zone', () => {
    expect(next(cron('0 22 * * 2'), '2026-11-16T20:00:00Z')).toEqual([
      '2026-11-17T21:00:00.000Z',
      '2026-11-24T21:00:00.000Z',
      '2026-12-01T21:00:00.000Z',
    ]);
    // Microsoft's Patch Tuesday: the second Tuesday of a month.
    expect(next(rule('FREQ=MONTHLY;BYDAY=2TU'), '2027-03-01T00:00:00Z')).toEqual([
      '2027-03-09T21:00:00.000Z',
      '2027-04-13T20:00:00.000Z',
      '2027-05-11T20:00:00.000Z',
    ]);
  });

  test('of a rule end with its count, and a moment is after the one before', () => {
    expect(next(rule('FREQ=DAILY;COUNT=2'), '2026-11-16T20:00:00Z')).toHaveLength(2);
    expect(next(rule('FREQ=DAILY'), '2026-11-16T21:00:00Z', 1)).toEqual(['2026-11-17T21:00:00.000Z']);
  });

  test.for([
    ['cron', cron('30 2 * * *')],
    ['rule', rule('FREQ=DAILY', 150)],
  ] as const)(
    'of a %s come once in a night that has the hour twice, and in one that skips it',
    ([, every]) => {
      expect(next(every, '2026-10-24T12:00:00Z', 2)).toEqual([
        '2026-10-25T00:30:00.000Z',
        '2026-10-26T01:30:00.000Z',
      ]);
      expect(next(every, '2027-03-27T12:00:00Z', 2)).toEqual([
        '2027-03-28T01:30:00.000Z',
        '2027-03-29T00:30:00.000Z',
      ]);
    },
  );

  // RFC 5545, 3.3.10: a date that does not exist is ignored.
  test('of 31st or 30 February are on days that exist', () => {
    expect(next(rule('FREQ=MONTHLY;BYMONTHDAY=31'), '2027-02-01T00:00:00Z', 2)).toEqual([
      '2027-03-31T20:00:00.000Z',
      '2027-05-31T20:00:00.000Z',
    ]);
    expect(whyNoRule('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30')?.wrong).toBe('has no day in 12 years');
  });

  test('are refused for what is no cron expression or no rule of days', () => {
    expect(['0 22 * * 2', '*/15 1-5 * jan-mar mon', '0 4 L * *', '0 4 * * 5#2'].map(whyNotCron)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    for (const wrong of ['', '@daily', '0 22 * *', '0 0 22 * * 2', 'H 2 * * *', '? 2 * * *', '0 25 * * *'])
      expect([wrong, whyNotCron(wrong)]).toEqual([wrong, expect.any(String)]);
    for (const wrong of ['', 'FREQ=HOURLY', 'FREQ=MONTHLY;BYDAY=9TU', 'BYDAY=2TU', 'FREQ=DAILY;BYHOUR=2'])
      expect([wrong, whyNoRule(wrong)?.wrong]).toEqual([wrong, expect.any(String)]);
  });
});

const created = at('2026-11-16T20:00:00Z');
const weekly: Schedule = {
  schedule: 'weekly',
  file: 'weekly.yaml',
  text: '',
  hash: 'h',
  recurrence: cron('0 22 * * 2'),
  missed: 'run',
  createdAt: created,
  createdBy: 'anna',
  decidedTo: created,
  past: [],
};
const tuesday = at('2026-11-17T21:00:00Z');
const hour = 3_600_000;

describe('a schedule', () => {
  test('opens each occurrence once, under a name of its own', () => {
    expect(occurrenceDue(weekly, tuesday - 1)).toBeNull();
    const due = occurrenceDue(weekly, tuesday);
    expect(due?.schedule).toMatchObject({
      decidedTo: tuesday,
      open: { at: tuesday, campaign: 'weekly-2026-11-17', by: 'schedule weekly' },
    });
    expect(occurrenceDue(due?.schedule ?? weekly, tuesday)).toBeNull();
    const done = occurrenceDone(due?.schedule ?? weekly, {
      outcome: 'started',
      because: 'weekly-2026-11-17 was started',
    }).schedule;
    expect(done).not.toHaveProperty('open');
    expect(done.past).toEqual([
      {
        at: tuesday,
        campaign: 'weekly-2026-11-17',
        outcome: 'started',
        because: 'weekly-2026-11-17 was started',
      },
    ]);
    expect(occurrenceDue(done, tuesday + hour)).toBeNull();
  });

  test('runs the last of the missed ones once, or skips them, as its file says', () => {
    const late = tuesday + 8 * 24 * hour;
    const run = occurrenceDue(weekly, late);
    expect(run?.because).toBe(
      'the occurrence of 2026-11-24T21:00:00Z begins, late, because no orchestrator ran then (missed: run); 1 occurrence was before missed',
    );
    expect(run?.schedule.open?.campaign).toBe('weekly-2026-11-24');
    expect(run?.schedule.past).toMatchObject([{ at: tuesday, campaign: null, outcome: 'missed' }]);
    const skipped = occurrenceDue({ ...weekly, missed: 'skip' }, late);
    expect(skipped?.schedule).not.toHaveProperty('open');
    expect(skipped?.schedule.past.map(({ outcome }) => outcome)).toEqual(['missed', 'missed']);
    // A little late is on time.
    expect(occurrenceDue({ ...weekly, missed: 'skip' }, tuesday + 60_000)?.schedule).toHaveProperty('open');
  });

  test('does not make up for the occurrences of a pause', () => {
    const paused = { ...weekly, paused: { by: 'anna', because: 'x', at: created } };
    expect(occurrenceDue(paused, tuesday)).toBeNull();
    const later = resumed(paused, tuesday + hour);
    expect(occurrenceDue(later, tuesday + hour)).toBeNull();
    expect(occurrenceDue(later, tuesday + 7 * 24 * hour)?.schedule.open?.campaign).toBe('weekly-2026-11-24');
  });

  test('names several occurrences of a day apart, also in the hour that a night has twice', () => {
    const often = { ...weekly, recurrence: cron('*/30 * * * *'), createdAt: at('2026-10-24T00:00:00Z') };
    const names = nextOccurrences(often.recurrence, at('2026-10-24T21:30:00Z'), 0, 12).map((each) =>
      occurrenceName(often, each),
    );
    expect(new Set(names).size).toBe(12);
    expect(names.slice(0, 2)).toEqual(['weekly-2026-10-25', 'weekly-2026-10-25-0030']);
    expect(names.filter((name) => name.endsWith('b'))).toEqual([
      'weekly-2026-10-25-0200b',
      'weekly-2026-10-25-0230b',
    ]);
  });

  test('begins an occurrence by hand, unless one begins in this moment', () => {
    const byHand = occurrenceByHand(weekly, 'kim', created);
    expect(byHand?.schedule.open).toEqual({ at: created, campaign: 'weekly-2026-11-16-2100', by: 'kim' });
    expect(occurrenceByHand(byHand?.schedule ?? weekly, 'kim', created)).toBeNull();
  });

  test('is said with its next three occurrences', () => {
    expect(scheduleView(weekly, created).next.map(({ says }) => says)).toEqual([
      'Tue 17 Nov 22:00 Europe/Berlin',
      'Tue 24 Nov 22:00 Europe/Berlin',
      'Tue 1 Dec 22:00 Europe/Berlin',
    ]);
    expect(scheduleWords(rule('FREQ=MONTHLY;BYDAY=2TU'), 'skip', created)).toBe(
      'a campaign of its own for each occurrence: FREQ=MONTHLY;BYDAY=2TU at 22:00, Europe/Berlin; next Tue 8 Dec 22:00 Europe/Berlin; Tue 12 Jan 22:00 Europe/Berlin; Tue 9 Feb 22:00 Europe/Berlin; an occurrence that is missed while servpack is down is skipped',
    );
  });
});
