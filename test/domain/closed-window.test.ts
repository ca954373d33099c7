import { describe, expect, test } from 'vitest';
import type { CampaignPolicy, Rules } from '../../shared/domain/rules/policy.ts';
import { everyDay, isWindowOpen, type Window } from '../../shared/domain/time/window.ts';
import {
  activated,
  admitted,
  after,
  anna,
  blockedByPcm,
  blockedByProgram,
  evening,
  hours,
  look,
  minutes,
  phases,
  policy,
  preImage,
  rules,
  withPolicy,
} from './given.ts';

/** The tests begin on a Monday at 20:00 UTC, which is 21:00 in Berlin. */
const fromTen: Window = { days: everyDay, from: 22 * 60, to: 5 * 60 };
const inBerlin = (changes: Partial<CampaignPolicy>): Rules => ({
  ...withPolicy(changes),
  zone: 'Europe/Berlin',
});
const windowed = inBerlin({ window: fromTen });
const opening = evening + hours(1);

const untilOf = (upgrade: typeof admitted): number =>
  upgrade.state.phase === 'deferred' ? upgrade.state.until : Number.NaN;

describe('a client outside the window of its campaign', () => {
  const waits = after(windowed, admitted, [[evening, look()]]);

  test('is not marked, but waits for the opening in its own time zone', () => {
    expect(phases(waits)).toBe('deferred window');
    expect(waits.state).toMatchObject({
      because: 'waits for its window, which opens Mon 16 Nov 22:00 Europe/Berlin',
    });
    expect(isWindowOpen(fromTen, 'Europe/Berlin', untilOf(waits))).toBe(true);
  });

  test('begins at most ten minutes after the opening, and not all clients at the same minute', () => {
    expect(untilOf(waits)).toBeGreaterThanOrEqual(opening);
    expect(untilOf(waits)).toBeLessThan(opening + minutes(10));
    const others = ['pc-1', 'pc-2', 'pc-3'].map((client) =>
      untilOf(after(windowed, { ...admitted, client }, [[evening, look()]])),
    );
    expect(new Set(others).size).toBe(3);
  });

  test('spends no budget, however many check-ins cause a look', () => {
    const often = after(
      windowed,
      waits,
      Array.from({ length: 100 }, (_, n) => [
        [evening + n, { type: 'CheckedIn' } as const] as const,
        [evening + n, look()] as const,
      ]).flat(),
    );
    expect(phases(often)).toBe('deferred window');
    expect(often.memory.history.deferrals).toEqual({});
  });

  test('begins with a look when the window opens', () => {
    const at = untilOf(waits);
    expect(phases(after(windowed, waits, [[at, activated]]))).toBe('looking');
    expect(
      phases(
        after(windowed, waits, [
          [at, activated],
          [at + 1, look()],
        ]),
      ),
    ).toBe('marking');
  });

  test('is not looked at when nothing has begun: just admitted, or after a deferral', () => {
    const morning = evening + hours(12);
    expect(phases(after(windowed, admitted, [[morning, activated]]))).toBe('deferred window');
    const blocked = after(windowed, admitted, [[opening, look(blockedByProgram)]]);
    expect(phases(blocked)).toBe('deferred program');
    const held = after(windowed, blocked, [[morning, activated]]);
    expect(held.state).toMatchObject({ phase: 'deferred', class: 'window', blockers: [{ kind: 'program' }] });
    expect(held.memory.history.deferrals).toEqual({ program: 1 });
  });

  test('is still looked at when it is marked or may be: what has begun is finished', () => {
    const morning = evening + hours(12);
    const marked = after(windowed, admitted, [
      [opening, look()],
      [opening, { type: 'ClientMarked' }],
      [opening, look({ setupPhase: 'upgrade', users: [anna] })],
    ]);
    expect(phases(marked)).toBe('deferred restart');
    expect(phases(after(windowed, marked, [[morning, activated]]))).toBe('looking');
    const unsure = after(windowed, admitted, [
      [opening, look()],
      [opening, activated],
    ]);
    expect(unsure.memory.open.unanswered).toBe(true);
    expect(phases(after(windowed, unsure, [[morning, activated]]))).toBe('looking');
  });

  test('is not restarted, and the restart does not count', () => {
    const marked = after(windowed, admitted, [
      [opening, look()],
      [opening, { type: 'ClientMarked' }],
    ]);
    const morning = evening + hours(12);
    const later = after(windowed, marked, [[morning, look({ setupPhase: 'upgrade' })]]);
    expect(phases(later)).toBe('deferred window');
    expect(later.memory).toMatchObject({
      open: { restart: null, mark: { bootId: 'boot-1' } },
      history: { restarts: {} },
    });
  });

  test('keeps a persisting blocker, and the procedure does not count as tried', () => {
    const atOnce = inBerlin({ window: fromTen, structural: 'atOnce', ladder: ['wait', 'relocation'] });
    const blocked = after(atOnce, admitted, [[evening, look(blockedByPcm)]]);
    expect(phases(blocked)).toBe('deferred window');
    expect(blocked.memory).toMatchObject({
      history: { tried: [] },
      learned: { lastLook: { at: evening } },
    });
  });

  test('finishes an open procedure', () => {
    const atOnce = inBerlin({ window: fromTen, structural: 'atOnce', ladder: ['wait', 'relocation'] });
    const moving = after(atOnce, admitted, [[opening, look(blockedByPcm)]]);
    expect(phases(moving)).toBe('remedying relocation forward record');
    const on = after(atOnce, moving, [[evening + hours(12), { type: 'StepDone', step: 'record', preImage }]]);
    expect(phases(on)).toBe('remedying relocation forward stop');
  });
});

describe('restart hours', () => {
  const nightly = inBerlin({ restart: { ...policy.restart, between: fromTen } });
  const marked = after(nightly, admitted, [
    [evening, look()],
    [evening, { type: 'ClientMarked' }],
  ]);

  test('delay the restart and nothing else', () => {
    expect(marked.memory.open.mark).not.toBeNull();
    const waits = after(nightly, marked, [[evening + 1, look({ setupPhase: 'upgrade' })]]);
    expect(waits.state).toMatchObject({
      phase: 'deferred',
      class: 'window',
      because: 'waits to restart until Mon 16 Nov 22:00 Europe/Berlin',
    });
    const there = after(nightly, waits, [
      [untilOf(waits), activated],
      [untilOf(waits), look({ setupPhase: 'upgrade' })],
    ]);
    expect(phases(there)).toBe('ordering');
  });

  test('do not permit a restart while a user is logged on', () => {
    const held = after(nightly, marked, [[opening, look({ setupPhase: 'upgrade', users: [anna] })]]);
    expect(held.state).toMatchObject({
      phase: 'deferred',
      class: 'restart',
      because: 'waits to restart: anna is logged on, session 1',
    });
  });
});

describe('a client whose time zone is not known', () => {
  // Intl takes these names, Temporal does not (tc39/proposal-temporal issue 1694).
  const inIst = (changes: Partial<typeof policy>): Rules => ({ ...withPolicy(changes), zone: 'IST' });
  const zoneNotKnown = {
    phase: 'settled',
    end: 'needsAttention',
    cause: 'time zone not known',
    because: expect.stringContaining('its time zone IST is not known') as string,
  };

  test('needs attention in a campaign with a window, and nothing begins on it', () => {
    expect(after(inIst({ window: fromTen }), admitted, [[evening, activated]]).state).toMatchObject(
      zoneNotKnown,
    );
    expect(after(inIst({ window: fromTen }), admitted, [[evening, look()]]).state).toMatchObject(
      zoneNotKnown,
    );
  });

  test('needs attention when it is to restart in certain hours', () => {
    const rules = inIst({ restart: { ...policy.restart, between: fromTen } });
    const marked = after(rules, admitted, [
      [evening, look()],
      [evening, { type: 'ClientMarked' }],
    ]);
    expect(marked.state.phase).toBe('looking');
    expect(after(rules, marked, [[evening, look({ setupPhase: 'upgrade' })]]).state).toMatchObject(
      zoneNotKnown,
    );
  });

  test('is upgraded in a campaign that asks for no hours', () => {
    expect(phases(after(inIst({}), admitted, [[evening, look()]]))).toBe('marking');
  });
});

describe('a window in the night of a clock change', () => {
  const at = (iso: string): number => Temporal.Instant.from(iso).epochMilliseconds;
  const open = (from: number, to: number): Window => ({ days: everyDay, from, to });
  /** The phase of a free client after a look at this time. */
  const looked = (window: Window, moment: string) =>
    after(inBerlin({ window }), admitted, [[at(moment), look()]]);

  // 29 March 2026: 02:00 becomes 03:00.
  test('does not open in an hour that the night skips: the client waits for the next night', () => {
    const missing = open(130, 170);
    for (const moment of ['2026-03-29T01:59+01:00', '2026-03-29T03:00+02:00'])
      expect(looked(missing, moment).state).toMatchObject({
        because: 'waits for its window, which opens Mon 30 Mar 02:10 Europe/Berlin',
      });
  });

  test('opens at the first minute after a skipped start', () => {
    const waits = looked(open(150, 240), '2026-03-29T01:59+01:00');
    expect(waits.state).toMatchObject({
      because: 'waits for its window, which opens Sun 29 Mar 03:00 Europe/Berlin',
    });
    expect(untilOf(waits)).toBeGreaterThanOrEqual(at('2026-03-29T03:00+02:00'));
    expect(phases(looked(open(150, 240), '2026-03-29T03:00+02:00'))).toBe('marking');
  });

  // 25 October 2026: 03:00 becomes 02:00.
  test.each([
    ['2026-10-25T02:09+02:00', 'deferred window'],
    ['2026-10-25T02:10+02:00', 'marking'],
    ['2026-10-25T02:40+02:00', 'deferred window'],
    ['2026-10-25T02:09+01:00', 'deferred window'],
    ['2026-10-25T02:10+01:00', 'marking'],
    ['2026-10-25T02:40+01:00', 'deferred window'],
  ])('is open in both hours that the night has twice: at %s the client is %s', (moment, phase) => {
    expect(phases(looked(open(130, 160), moment))).toBe(phase);
  });

  test('means the same for restart hours', () => {
    const rules = inBerlin({ restart: { ...policy.restart, between: open(130, 160) } });
    const told = (moment: string) =>
      after(rules, admitted, [
        [at(moment) - 1, look()],
        [at(moment) - 1, { type: 'ClientMarked' }],
        [at(moment), look({ setupPhase: 'upgrade' })],
      ]);
    expect(phases(told('2026-10-25T02:20+02:00'))).toBe('ordering');
    expect(phases(told('2026-10-25T02:20+01:00'))).toBe('ordering');
    expect(told('2026-10-25T02:50+02:00').state).toMatchObject({
      because: 'waits to restart until Sun 25 Oct 02:10 Europe/Berlin',
    });
    expect(told('2026-03-29T01:50+01:00').state).toMatchObject({
      because: 'waits to restart until Mon 30 Mar 02:10 Europe/Berlin',
    });
  });
});

test('a campaign without a window begins at any time', () => {
  expect(phases(after(rules, admitted, [[evening, look()]]))).toBe('marking');
});
