import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  everyDay,
  isKnownZone,
  isWindowOpen,
  nextOpening,
  wallTimeOf,
  zoneNamed,
  type Window,
  windowInWords,
} from '../../shared/domain/time/window.ts';

const berlin = 'Europe/Berlin';
const at = (iso: string): number => Temporal.ZonedDateTime.from(iso).epochMilliseconds;
const here = (wall: string): number => at(`${wall}[${berlin}]`);
const iso = (moment: number, zone = berlin): string =>
  Temporal.Instant.fromEpochMilliseconds(moment)
    .toZonedDateTimeISO(zone)
    .toString({ smallestUnit: 'minute', timeZoneName: 'never' });

const nights: Window = { days: [1, 2, 3, 4, 5], from: 22 * 60, to: 5 * 60 };
/** The zone is known, so there is an opening. */
const openingOf = (window: Window, zone: string, from: number): number =>
  nextOpening(window, zone, from) ?? Number.NaN;

const early = (from: number, to: number): Window => ({ days: everyDay, from, to });

describe('a weekly window', () => {
  it.each([
    ['Monday before it opens', '2026-11-23T21:59', false],
    ['Monday when it opens', '2026-11-23T22:00', true],
    ['the morning after', '2026-11-24T04:59', true],
    ['when it closes', '2026-11-24T05:00', false],
    ['Saturday morning: it opened on Friday', '2026-11-28T03:00', true],
    ['Saturday night', '2026-11-28T23:00', false],
    ['Monday morning: Sunday did not open it', '2026-11-23T03:00', false],
  ])('%s', (_name, wall, open) => {
    expect(isWindowOpen(nights, berlin, here(wall))).toBe(open);
  });

  it('is open by the clock of the client, not by that of the orchestrator', () => {
    const moment = at('2026-11-23T21:30Z[UTC]');
    expect(
      [berlin, 'Asia/Kolkata', 'America/New_York'].map((zone) => isWindowOpen(nights, zone, moment)),
    ).toEqual([true, true, false]);
  });

  it('opens again on its next day', () => {
    expect(iso(openingOf(nights, berlin, here('2026-11-28T12:00')))).toBe('2026-11-30T22:00+01:00');
    expect(openingOf(nights, berlin, here('2026-11-24T01:00'))).toBe(here('2026-11-24T01:00'));
  });

  it('opens at the first minute after the gap when the clock skips its start', () => {
    // 29 March 2026: 02:00 becomes 03:00.
    const opening = openingOf(early(150, 240), berlin, here('2026-03-29T01:00'));
    expect(iso(opening)).toBe('2026-03-29T03:00+02:00');
  });

  it('does not open in a night that skips its hour', () => {
    const opening = openingOf(early(130, 170), berlin, here('2026-03-29T01:00'));
    expect(iso(opening)).toBe('2026-03-30T02:10+02:00');
  });

  it('opens twice in a night that has its hour twice', () => {
    // 25 October 2026: 03:00 becomes 02:00.
    const window = early(130, 140);
    const first = openingOf(window, berlin, here('2026-10-25T01:00'));
    expect(iso(first)).toBe('2026-10-25T02:10+02:00');
    expect(iso(openingOf(window, berlin, first + 15 * 60_000))).toBe('2026-10-25T02:10+01:00');
  });

  it('opens again when the clock goes back into it', () => {
    const window = early(60, 135);
    expect(iso(openingOf(window, berlin, at('2026-10-25T02:20+02:00[Europe/Berlin]')))).toBe(
      '2026-10-25T02:00+01:00',
    );
  });

  it('has a form in words', () => {
    expect(windowInWords(nights)).toBe('Mon, Tue, Wed, Thu, Fri 22:00-05:00');
    expect(windowInWords(early(150, 240))).toBe('02:30-04:00');
    expect(wallTimeOf(berlin, here('2026-11-23T22:00'))).toBe('Mon 23 Nov 22:00 Europe/Berlin');
  });
});

/** Zones with a clock change of an hour, of half an hour, at midnight, and without one. */
const zones = [berlin, 'America/New_York', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kolkata'];

const window = fc
  .record({
    days: fc.subarray([...everyDay], { minLength: 1 }),
    from: fc.integer({ min: 0, max: 1439 }),
    length: fc.integer({ min: 90, max: 1440 }),
  })
  .map(({ days, from, length }): Window => ({ days, from, to: (from + length) % 1440 }));

describe('the next opening of any window', () => {
  const moment = fc.integer({ min: here('2026-01-01T00:00'), max: here('2027-12-31T00:00') });

  it('is open, and no minute before it is', () => {
    fc.assert(
      fc.property(window, fc.constantFrom(...zones), moment, (asked, zone, from) => {
        const opening = openingOf(asked, zone, from);
        expect(isWindowOpen(asked, zone, opening)).toBe(true);
        const between = Array.from(
          { length: 200 },
          (_, n) => from + Math.floor(((opening - from) * n) / 200),
        );
        expect(between.filter((each) => each < opening && isWindowOpen(asked, zone, each))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a zone', () => {
  it.each([
    'IST',
    'PST',
    'CST',
    'JST',
    'BST',
    'AST',
    'ECT',
    'SystemV/EST5',
    'US/Pacific-New',
    'Europe/Roma',
    '',
  ])('that Temporal does not know has no window: %j', (zone) => {
    expect([zoneNamed(zone), isKnownZone(zone)]).toEqual([null, false]);
    expect(isWindowOpen(nights, zone, here('2026-11-24T01:00'))).toBe(false);
    expect(nextOpening(nights, zone, here('2026-11-24T01:00'))).toBeNull();
    expect(wallTimeOf(zone, here('2026-11-24T01:00'))).toContain('2026-11-24T00:00:00Z');
  });

  it.each([
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['Etc/GMT+5', 'Etc/GMT+5'],
    ['EST5EDT', 'EST5EDT'],
    ['EST', 'EST'],
    ['US/Pacific', 'US/Pacific'],
    ['UTC', 'UTC'],
    ['europe/rome', 'Europe/Rome'],
    ['EUROPE/ROME', 'Europe/Rome'],
  ])('of the tz database has its spelling: %s', (name, zone) => {
    expect(zoneNamed(name)).toBe(zone);
  });

  it.each(['+05:30', 'T00+05', 'T00Z', 't10+01', '2020-01-01T00:00[Europe/Rome]'])(
    'is not what Temporal reads as a time with an offset: %s',
    (text) => {
      expect(zoneNamed(text)).toBeNull();
    },
  );
});
