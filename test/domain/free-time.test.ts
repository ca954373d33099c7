import { describe, expect, test } from 'vitest';
import { betterLook, type LookBounds } from '../../shared/domain/rules/better-look.ts';
import { countsOf, type Found, withSightings } from '../../shared/domain/rules/free-time.ts';
import { freeTimeInWords } from '../../shared/domain/rules/free-time-words.ts';

const berlin = 'Europe/Berlin';
const dayMs = 24 * 3_600_000;
/** Tuesday 2 June 2026, at this time of the wall clock in Berlin. */
const tuesday = (hour: number, minute = 0): number => Date.UTC(2026, 5, 2, hour - 2, minute);

const seen = (known: string, from: number, found: Found, { to = from, times = 1 } = {}): string =>
  Array.from({ length: times }).reduce<string>(
    (text) => withSightings(text, berlin, [{ from, to, found }]),
    known,
  );

/** Busy at 15:00, free at 17:40. */
const learned = seen(seen('', tuesday(17, 40), 'free', { times: 3 }), tuesday(15), 'busy', { times: 4 });

describe('what looks say of the free time of a client', () => {
  test('is counted by half hours of its wall clock, weekdays and weekends apart', () => {
    expect(learned).toBe('d1500:0/4 d1730:3/3');
    expect(seen(learned, tuesday(17, 59) + 4 * dayMs, 'busy')).toBe('d1500:0/4 d1730:3/3 w1730:0/1');
  });

  test('tells a client that does not answer from one that is busy', () => {
    expect(seen(learned, tuesday(18, 40), 'off')).toBe('d1500:0/4 d1730:3/3 d1830:0/1/1');
    expect(countsOf('d1830:1/4/2').get('d1830')).toEqual({ free: 1, looks: 4, off: 2 });
  });

  test('is known of each half hour since a program runs, and of the time before it', () => {
    const sightings = [
      { from: tuesday(8, 20), to: tuesday(10, 5), found: 'busy' },
      { from: tuesday(8, 5), to: tuesday(8, 20) - 1, found: 'free' },
    ] as const;
    expect(withSightings('', berlin, sightings)).toBe('d0800:1/1 d0830:0/1 d0900:0/1 d0930:0/1 d1000:0/1');
  });

  test('stays small, and outweighs an old habit with new looks', () => {
    expect(seen('', tuesday(15), 'free', { times: 6 })).toBe('d1500:6/6');
    const moved = seen('d1500:6/6', tuesday(15), 'busy', { times: 4 });
    expect(moved).toBe('d1500:2/4');
    const all = [0, 4].map((days) => ({
      from: tuesday(0) + days * dayMs,
      to: tuesday(23, 59) + days * dayMs,
    }));
    const most = Array.from({ length: 20 }).reduce<string>(
      (text) =>
        withSightings(
          text,
          berlin,
          all.map((each) => ({ ...each, found: 'off' })),
        ),
      '',
    );
    expect(countsOf(most).size).toBe(96);
    expect(most.length).toBeLessThan(1_200);
  });

  test('counts an hour that a night has twice as the same hour, and one that is skipped never', () => {
    const autumn = Date.UTC(2026, 9, 25, 0, 10);
    const twice = seen(seen('', autumn, 'free'), autumn + 3_600_000, 'free');
    expect(twice).toBe('w0200:2/2');
    const spring = Date.UTC(2026, 2, 29, 0, 40);
    expect(seen('', spring, 'free', { to: spring + 1_800_000 })).toBe('w0130:1/1 w0300:1/1');
  });

  test('is nothing where the time zone is not known', () => {
    expect(withSightings('', 'IST', [{ from: tuesday(15), to: tuesday(15), found: 'free' }])).toBe('');
  });
});

describe('a better moment for the next look', () => {
  const bounds: LookBounds = {
    earliest: tuesday(15, 30),
    planned: tuesday(18, 40),
    latest: tuesday(20, 40),
    point: 0.5,
    isAllowed: () => true,
  };

  test('is the half hour in which the client was usually free, with the jitter inside it', () => {
    expect(betterLook(learned, berlin, tuesday(15, 5), bounds)).toEqual({
      at: tuesday(17, 45),
      because: 'free',
    });
  });

  test('is another one where nothing may begin then, and none where nothing may begin at all', () => {
    const isAllowed = (at: number) => at < tuesday(17) || at >= tuesday(18);
    const wide = seen(learned, tuesday(18, 10), 'free', { times: 3 });
    const open = { ...bounds, isAllowed };
    expect(betterLook(wide, berlin, tuesday(15, 5), open)?.at).toBe(tuesday(18, 15));
    const closed = { ...bounds, isAllowed: () => false };
    expect(betterLook(wide, berlin, tuesday(15, 5), closed)).toBeNull();
  });

  test('needs four sightings, and a moment within the bounds', () => {
    const few = seen(seen('', tuesday(17, 40), 'free', { times: 2 }), tuesday(15), 'busy');
    expect(betterLook(few, berlin, tuesday(15, 5), bounds)).toBeNull();
    const early = { ...bounds, planned: tuesday(16), latest: tuesday(17) };
    expect(betterLook(learned, berlin, tuesday(15, 5), early)).toBeNull();
  });

  test('lies between the work and the shutdown of a client, where no look has come yet', () => {
    const work = seen('', tuesday(8), 'busy', { to: tuesday(16, 50), times: 2 });
    const known = seen(work, tuesday(18, 40), 'off', { times: 2 });
    expect(betterLook(known, berlin, tuesday(15, 5), bounds)).toEqual({
      at: tuesday(17, 15),
      because: 'between',
    });
  });

  test('spares looks at times in which the client was never free, up to the latest one', () => {
    const work = seen('', tuesday(8), 'busy', { to: tuesday(17, 50), times: 3 });
    const morning = { ...bounds, earliest: tuesday(9, 30), planned: tuesday(9, 40), latest: tuesday(11, 10) };
    const found = betterLook(work, berlin, tuesday(9, 5), morning);
    expect(found?.because).toBe('waste');
    expect(found?.at).toBeGreaterThan(tuesday(11));
    expect(found?.at).toBeLessThanOrEqual(tuesday(11, 10));
  });

  test('is none for a client that is free as often as not, or never', () => {
    const never = seen('', tuesday(0), 'busy', { to: tuesday(23, 59), times: 6 });
    const found = betterLook(never, berlin, tuesday(15, 5), bounds);
    expect(found === null || found.at > bounds.planned).toBe(true);
    const even = [9, 12, 15, 18, 20].reduce(
      (text, hour) => seen(seen(text, tuesday(hour, 10), 'free'), tuesday(hour, 10), 'busy'),
      '',
    );
    expect(betterLook(even, berlin, tuesday(15, 5), bounds)).toBeNull();
  });

  test('is found in a night with 25 hours', () => {
    const sunday = (utc: number, minute = 0): number => Date.UTC(2026, 9, 25, utc, minute);
    const nights = 'w0030:0/5 w0130:0/5 w0200:5/5';
    const night = { ...bounds, earliest: sunday(-1), planned: sunday(3), latest: sunday(5), point: 0 };
    expect(betterLook(nights, berlin, sunday(-2, 40), night)?.at).toBe(sunday(0));
  });
});

describe('the reason of the next look', () => {
  test.each([
    [
      'd1500:0/4 d1730:3/4',
      tuesday(17, 45),
      'usually free from 17:30 to 18:00 on weekdays: seen free 3 of 4 times',
    ],
    ['d1830:0/3', tuesday(20), 'never free from 18:30 to 19:00 on weekdays so far: seen free 0 of 3 times'],
    ['d1500:0/4', tuesday(17, 45), expect.stringContaining('no look has come at this time of the day')],
  ])('of %s', (known, at, words) => {
    expect(freeTimeInWords(known, berlin, at, tuesday(18, 40))).toEqual(words);
  });
});
