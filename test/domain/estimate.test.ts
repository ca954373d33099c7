import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openPaceLog } from '../../orchestrator/campaigns/pace-log.ts';
import { statusLines } from '../../orchestrator/cli/render/status.ts';
import { plainView } from '../../orchestrator/cli/render/view.ts';
import {
  type Estimate,
  estimateOf,
  type PaceQuestion,
  type PaceSample,
} from '../../orchestrator/views/estimate.ts';
import { campaignStatus } from '../../orchestrator/views/status.ts';
import { calm } from '../../orchestrator/views/surroundings.ts';
import { everyDay } from '../../shared/domain/time/window.ts';
import { running, standing } from './given-campaign.ts';
import { evening, hours, minutes } from './given.ts';

/** A sample every minute from `from` minutes ago, at a steady pace per minute. */
const steady = (from: number, perMinute: number, finished: number): readonly PaceSample[] =>
  Array.from({ length: from }, (_, n) => ({
    at: evening - minutes(from - n),
    finished: Math.round(finished - (from - n) * perMinute),
  }));

const question = (changes: Partial<PaceQuestion> = {}): PaceQuestion => ({
  size: 400,
  finished: 100,
  counters: {},
  window: null,
  samples: steady(60, 1, 100),
  now: evening,
  ...changes,
});

describe('the estimate of a running campaign', () => {
  test('is what is left at the pace of the last hour', () => {
    expect(estimateOf(question())).toEqual({
      endsAt: '2026-11-17T01:00:00Z',
      leftMs: hours(5),
      perHour: 60,
      measuredMs: hours(1),
      because: null,
    });
  });

  test.each<[string, Partial<PaceQuestion>]>([
    ['every client is finished', { finished: 400 }],
    ['the pace is known for 5 min so far; 15 min are needed', { samples: steady(5, 10, 100) }],
    ['the pace is known for 0 s so far; 15 min are needed', { samples: [] }],
    ['6 clients finished in the last 1 h; 10 are needed', { samples: steady(60, 0.1, 100) }],
    [
      '160 of 300 unfinished clients are deferred, 120 of them waiting for a logon',
      { counters: { 'deferred|logon': 120, 'deferred|unreachable': 40 } },
    ],
    [
      'clients begin only in their window (22:00-05:00, their own time)',
      { window: { days: everyDay, from: 22 * 60, to: 5 * 60 } },
    ],
    [
      'the pace is not steady: it changed from 10 to 110 clients an hour',
      { samples: [...steady(60, 1, 100).slice(0, 1), { at: evening - minutes(30), finished: 45 }] },
    ],
  ])('is not there, because %s', (because, changes) => {
    expect(estimateOf(question(changes))).toMatchObject({ endsAt: null, because });
  });

  /** It is not before now and rests on enough, or there is a reason why there is none. */
  const isHonest = (found: Estimate, left: number): boolean =>
    found.endsAt === null
      ? found.because !== ''
      : Date.parse(found.endsAt) > evening &&
        found.leftMs > 0 &&
        found.measuredMs >= minutes(15) &&
        (left * found.measuredMs) / found.leftMs > 9;

  const anySamples = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 50 })), { maxLength: 80 })
    .map((steps) => {
      let [at, finished] = [evening - hours(3), 0];
      return steps.map(([later, more]) => {
        at = Math.min(evening, at + minutes(later));
        finished += more;
        return { at, finished };
      });
    });

  test('is never before now, and always rests on a quarter of an hour and ten clients', () => {
    fc.assert(
      fc.property(anySamples, fc.nat(5_000), fc.nat(100), (samples, left, more) => {
        const finished = (samples.at(-1)?.finished ?? 0) + more;
        const found = estimateOf(question({ samples, finished, size: finished + left }));
        expect(isHonest(found, left)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('is the sooner, the faster the campaign goes', () => {
    const pace = fc.integer({ min: 2, max: 100 });
    fc.assert(
      fc.property(pace, pace, fc.integer({ min: 1, max: 100_000 }), (one, other, left) => {
        const [slow, fast] = [Math.min(one, other), Math.max(one, other)].map((perMinute) =>
          estimateOf(
            question({ samples: steady(60, perMinute, 6_000), finished: 6_000, size: 6_000 + left }),
          ),
        );
        expect(fast?.leftMs ?? 0).toBeLessThanOrEqual(slow?.leftMs ?? 0);
        expect(fast?.leftMs).not.toBeNull();
      }),
    );
  });
});

describe('the status of a running campaign', () => {
  const counters = { 'state|0|LS|upgraded': 10, 'state|1|LS|upgraded': 90, 'state|1|LS|active': 10 };
  const pace = steady(60, 1, 100);

  test('shows the estimate below the progress', () => {
    const status = campaignStatus(standing(running(3)), counters, evening, { ...calm, pace });
    expect(statusLines(plainView, status)[2]).toBe(
      'about 5 h left (until about 2026-11-17T01:00Z), at the pace of the last hour',
    );
  });

  test('is not there while a gate has still to open a wave, whose pace nobody knows', () => {
    const { estimate } = campaignStatus(standing(running(2)), counters, evening, { ...calm, pace });
    expect(estimate).toMatchObject({
      endsAt: null,
      because: '290 clients are in waves that are not open yet',
    });
  });

  test('shows why there is none', () => {
    const halt = { by: 'anna', because: 'phones', at: evening };
    const status = campaignStatus(standing(running(2)), counters, evening, { ...calm, pace, halt });
    expect(statusLines(plainView, status)).toContain('no estimate: everything is halted');
  });

  test('has none while it is paused, and where nobody has followed its pace', () => {
    expect(campaignStatus(standing(running(2)), counters, evening).estimate).toBeNull();
    const created = standing({ status: 'created' });
    expect(campaignStatus(created, counters, evening, { ...calm, pace }).estimate).toBeNull();
  });
});

describe('the pace of a campaign', () => {
  test('is kept for an hour, one sample a minute, and one for the beginning of the hour', () => {
    const paces = openPaceLog();
    for (let n = 0; n <= 360; n += 1) paces.note('sp4', { at: evening + n * 30_000, finished: n });
    const samples = paces.of('sp4');
    expect([samples.length, samples[0]?.at, samples.at(-1)?.at]).toEqual([
      61,
      evening + hours(2),
      evening + hours(3),
    ]);
  });

  test('is measured over a longer time where the samples are further apart', () => {
    const paces = openPaceLog();
    for (let n = 0; n < 9; n += 1) paces.note('sp4', { at: evening + n * hours(2), finished: n });
    expect(paces.of('sp4').map(({ finished }) => finished)).toEqual([7, 8]);
  });

  test('is forgotten with the campaign, or with a pause', () => {
    const paces = openPaceLog();
    paces.note('sp4', { at: evening, finished: 1 });
    paces.keep(new Set(['sp5']));
    expect(paces.of('sp4')).toEqual([]);
  });
});
