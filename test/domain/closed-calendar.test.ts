import { describe, expect, test } from 'vitest';
import { calendarClass, calendarFor, readClass } from '../../shared/domain/campaign/calendar.ts';
import type { CampaignCalendar, Client } from '../../shared/domain/campaign/definition.ts';
import type { Rules } from '../../shared/domain/rules/policy.ts';
import type { Calendar } from '../../shared/domain/time/calendar.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { rememberingOpenClasses } from '../../orchestrator/rounds/open-classes.ts';
import { activated, admitted, after, evening, hours, look, phases, rules, withPolicy } from './given.ts';
import { campaign } from './given-campaign.ts';

/** The tests begin on Monday 16 November at 20:00 UTC, which is 21:00 in Berlin. */
const berlin = 'Europe/Berlin';
const nights = { days: everyDay, from: 22 * 60, to: 5 * 60 };
const freeze = { from: '2026-11-16T00:00', to: '2026-11-18T12:00', reason: 'year end' };
const by = (calendar: Calendar, base: Rules = rules): Rules => ({ ...base, zone: berlin, calendar });

describe('a client in a blackout', () => {
  const frozen = by({ windows: [nights], blackouts: [freeze] });
  const opening = evening + hours(1);

  test('is not marked, although its window is open, and says until when', () => {
    const waits = after(frozen, admitted, [[opening, look()]]);
    expect(phases(waits)).toBe('deferred window');
    expect(waits.state).toMatchObject({
      because:
        'waits for its window, which opens Wed 18 Nov 22:00 Europe/Berlin; blackout "year end" until ' +
        'Wed 18 Nov 12:00 Europe/Berlin',
    });
  });

  test('is not even looked at before, and begins with a look after it', () => {
    const waits = after(frozen, admitted, [[opening, activated]]);
    expect(phases(waits)).toBe('deferred window');
    const at = waits.state.phase === 'deferred' ? waits.state.until : Number.NaN;
    expect(at).toBeGreaterThanOrEqual(opening + hours(48));
    expect(phases(after(frozen, waits, [[at, activated]]))).toBe('looking');
  });

  test('is not restarted in the hours of restarts either', () => {
    const restart = { ...rules.policy.restart, between: { days: everyDay, from: 20 * 60, to: 23 * 60 } };
    const later = { ...freeze, from: '2026-11-16T21:30' };
    const dark = by({ windows: null, blackouts: [later] }, withPolicy({ restart }));
    const marked = after(dark, admitted, [
      [evening, look()],
      [evening, { type: 'ClientMarked' }],
      [evening + hours(0.75), look({ setupPhase: 'upgrade' })],
    ]);
    expect(marked.state).toMatchObject({
      phase: 'deferred',
      class: 'window',
      because:
        'waits to restart until Wed 18 Nov 20:00 Europe/Berlin; blackout "year end" until ' +
        'Wed 18 Nov 12:00 Europe/Berlin',
    });
  });

  test('needs attention when no window of the campaign is for it', () => {
    expect(after(by({ windows: [], blackouts: [] }), admitted, [[opening, activated]]).state).toMatchObject({
      phase: 'settled',
      end: 'needsAttention',
      cause: 'no window',
    });
  });
});

const { definition } = campaign;

const client = (name: string, ...labels: string[]): Client => ({
  client: name,
  host: name,
  logonServer: 'LS-ROM',
  zone: berlin,
  role: 'workstation',
  labels,
});

describe('the classes in which clients wait', () => {
  const calendar: CampaignCalendar = {
    windows: [
      { ...nights, where: [{ key: 'shop', is: 'there' }] },
      { rule: 'FREQ=MONTHLY;BYDAY=2TU', from: 0, to: 120, where: [{ key: 'shop', is: 'missing' }] },
    ],
    blackouts: [{ ...freeze, where: [{ key: 'till', is: 'there' }] }],
  };
  const timed = { ...definition, calendar };
  const [office, shop, till] = [client('a'), client('b', 'shop'), client('c', 'shop', 'till')];

  test('tell clients apart by what holds for them, and are read again', () => {
    for (const each of [office, shop, till]) {
      const name = calendarClass(timed, each) ?? '';
      expect(name).toMatch(/^Europe\/Berlin\|\w+:[01];0?$/);
      expect(readClass(timed, name)).toEqual({ zone: berlin, calendar: calendarFor(timed, each) });
    }
    expect(calendarClass(timed, shop)).toBe(calendarClass(timed, client('d', 'shop')));
  });

  test('are zones where nothing has a where, and nothing without a calendar', () => {
    expect(calendarClass({ ...definition, calendar: { windows: [nights] } }, shop)).toBe(berlin);
    const windowed = { ...definition, policy: { ...definition.policy, window: nights } };
    expect(calendarClass(windowed, shop)).toBe(berlin);
    expect(readClass(windowed, berlin)?.calendar).toEqual({ windows: [nights], blackouts: [] });
    expect(calendarClass(definition, shop)).toBeUndefined();
  });

  test('of another calendar are open: the worker decides by the client itself', () => {
    const name = calendarClass(timed, till) ?? '';
    const edited = { ...timed, calendar: { ...calendar, windows: calendar.windows?.toReversed() ?? [] } };
    expect(readClass(edited, name)).toBeNull();
    expect(readClass(timed, berlin)).toBeNull();
    const isOpen = rememberingOpenClasses()(edited, evening);
    expect([isOpen(name), isOpen(calendarClass(edited, till) ?? '')]).toEqual([true, false]);
  });

  test('are open by the clock, and remembered for a minute at most', () => {
    const isOpen = rememberingOpenClasses();
    const name = calendarClass(timed, shop) ?? '';
    const opening = evening + hours(1);
    expect(
      [evening, opening - 1, opening, opening + hours(7) - 1, opening + hours(7)].map((at) =>
        isOpen(timed, at)(name),
      ),
    ).toEqual([false, false, true, true, false]);
  });
});
