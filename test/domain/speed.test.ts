import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideCampaign } from '../../orchestrator/domain/decide-campaign.ts';
import { mayStart, rampAfterHalt, speedNow, withStarts } from '../../orchestrator/domain/speed.ts';
import { speedNowWords, speedRuleWords, whyNotFaster } from '../../orchestrator/views/speed-words.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Speed, StartsIn } from '../../shared/domain/campaign/speed.ts';
import { campaignOf, runningState } from '../contract/store/fixtures.ts';
import { evening, minutes } from './given.ts';

const seconds = (count: number): number => count * 1000;
const ramp: Speed = { ramp: { from: 20, factor: 1.5, per: 500, most: 400 } };
const upgraded = (count: number) => ({ 'state|0|LS-1|upgraded': count, 'state|0|LS-1|alreadyCurrent': 900 });

function running(speed: Speed): Campaign {
  const campaign = campaignOf('sp4', runningState());
  return { ...campaign, definition: { ...campaign.definition, speed } };
}

const rateOf = (campaign: Campaign, count: number) => speedNow(campaign, upgraded(count))?.perMinute;

describe('the rate of a ramp', () => {
  test('grows with every further 500 upgraded clients, rounded down, up to the highest rate', () => {
    const rates = [0, 499, 500, 1_000, 1_500, 3_500, 4_000, 90_000].map((count) =>
      rateOf(running(ramp), count),
    );
    expect(rates).toEqual([20, 20, 30, 45, 67, 341, 400, 400]);
    expect(speedNow(running(ramp), upgraded(1_100))?.step).toEqual({ taken: 2, inAll: 8 });
  });

  test('is the first one again after a pause by a person', () => {
    const paused = decideCampaign(
      running(ramp),
      { type: 'PauseRequested', by: 'kim', reason: 'lunch' },
      evening,
    );
    expect(paused.kind).toBe('changed');
    const resumed =
      paused.kind === 'changed'
        ? decideCampaign(
            paused.campaign,
            { type: 'ResumeRequested', by: 'kim', override: false, counters: upgraded(1_400) },
            evening,
          )
        : paused;
    const campaign = resumed.kind === 'changed' ? resumed.campaign : running(ramp);
    expect([1_400, 1_899, 1_900].map((count) => rateOf(campaign, count))).toEqual([20, 20, 30]);
  });

  test('is the first one again after a halt, and each halt does so once', () => {
    const after = rampAfterHalt(running(ramp), upgraded(1_400), 1) ?? running(ramp);
    expect(rateOf(after, 1_400)).toBe(20);
    expect(rampAfterHalt(after, upgraded(1_500), 1)).toBeNull();
    expect(rampAfterHalt(running({ startsPerMinute: 3 }), upgraded(1_500), 1)).toBeNull();
  });

  test('a campaign without a speed has none, and its pause keeps nothing', () => {
    expect(speedNow(campaignOf('sp4', runningState()), upgraded(9))).toBeNull();
    const paused: Campaign = campaignOf('sp4', {
      ...runningState(),
      status: 'paused',
      pausedAt: evening,
      byGate: false,
      by: 'kim',
      because: 'lunch',
    });
    const resumed = decideCampaign(
      paused,
      { type: 'ResumeRequested', by: 'kim', override: false, counters: upgraded(9) },
      evening,
    );
    expect(resumed).toMatchObject({ campaign: { state: runningState() } });
    expect(resumed.kind === 'changed' && 'rampStart' in resumed.campaign.state).toBe(false);
  });
});

describe('starts', () => {
  test('are spread over the minute, and the whole rate is reached', () => {
    let log: readonly StartsIn[] = [];
    const byTenSeconds = Array.from({ length: 13 }, (_, n) => {
      const at = evening + seconds(10 * n);
      const now = mayStart(log, 60, at);
      log = withStarts(log, now, at);
      return now;
    });
    expect(byTenSeconds).toEqual([10, 10, 10, 10, 10, 10, 0, 10, 10, 10, 10, 10, 10]);
  });

  test('one a minute is one a minute', () => {
    const log = withStarts([], 1, evening);
    expect(mayStart(log, 1, evening + minutes(1))).toBe(0);
    // The caller may have been late by 5 seconds when it wrote the first start.
    expect(mayStart(log, 1, evening + seconds(65))).toBe(0);
    expect(mayStart(log, 1, evening + seconds(66))).toBe(1);
  });

  test('a clock that was put back by an hour does not stop the campaign for an hour', () => {
    const log = withStarts([], 1, evening + minutes(60));
    expect(mayStart(log, 1, evening)).toBe(0);
    expect(mayStart(withStarts(log, 0, evening), 1, evening + seconds(66))).toBe(1);
  });

  test('no 60 seconds have more starts than the rate, whenever rounds come and however long they stop', () => {
    const round = fc.record({
      afterMs: fc.oneof(fc.integer({ min: 0, max: 900 }), fc.integer({ min: 0, max: 70_000 })),
      wanted: fc.integer({ min: 0, max: 40 }),
      isLate: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.array(round, { maxLength: 60 }),
        (perMinute, rounds) => {
          let [log, now]: [readonly StartsIn[], number] = [[], evening];
          const started: number[] = [];
          for (const { afterMs, wanted, isLate } of rounds) {
            now += afterMs;
            // A late round brings a time that others have passed: its starts count now.
            const taken = Math.min(wanted, mayStart(log, perMinute, isLate ? now - 5_000 : now));
            log = withStarts(log, taken, isLate ? now - 5_000 : now);
            for (let each = 0; each < taken; each += 1) started.push(now);
          }
          for (const from of started)
            expect(started.filter((at) => at >= from && at < from + 60_000).length).toBeLessThanOrEqual(
              perMinute,
            );
        },
      ),
      // A late first round, and another one a minute after it began.
      {
        examples: [
          [
            1,
            [
              { afterMs: 0, wanted: 1, isLate: true },
              { afterMs: 57_000, wanted: 1, isLate: false },
            ],
          ],
        ],
      },
    );
  });
});

test('the words name every value', () => {
  expect(speedRuleWords({ startsPerMinute: 60 })).toBe('at most 60 clients start in a minute');
  expect(speedRuleWords(ramp)).toBe(
    'at first 20 clients start in a minute, 1.5 times as many after every 500 upgraded clients, at most 400; a pause or a halt begins at 20 again',
  );
  const speed = speedNow(running(ramp), upgraded(500)) ?? { perMinute: 0, step: null };
  const log = withStarts([], 5, evening);
  expect(speedNowWords(speed, log, evening)).toBe(
    'at most 30 starts a minute now, step 1 of 8 of its ramp; 5 in the last minute',
  );
  expect(whyNotFaster(speed, [], evening)).toBeNull();
  expect(whyNotFaster(speed, log, evening)).toBe(
    'the campaign starts at most 30 clients a minute, spread over the minute: 5 started in the last one',
  );
});
