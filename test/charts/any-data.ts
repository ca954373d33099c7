import fc from 'fast-check';
import type { PlannedData } from '../../orchestrator/charts/planned.ts';
import type { ProgressData } from '../../orchestrator/charts/progress-data.ts';
import { countedUp } from '../../orchestrator/charts/progress-data.ts';
import { buckets, type States } from '../../shared/domain/outcome/states.ts';

/** Clients by state: none at all, one among a million, or of every state some. */
export const anyStates: fc.Arbitrary<States> = fc.record(
  Object.fromEntries(
    buckets.map((bucket) => [
      bucket,
      fc.oneof(
        { weight: 3, arbitrary: fc.constant(0) },
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 1_000_000 }),
      ),
    ]),
  ) as Record<keyof States, fc.Arbitrary<number>>,
);

/** Names that would be markup, a formula or a second line where they are not taken for text. */
export const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '<img src=x onerror=alert(1)>',
    '</text></svg><script>alert(1)</script>',
    '"><svg onload=alert(1)>',
    '&lt;b&gt;',
    `'";--`,
    'ünïcode 客户端 🖥️',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const start = Date.UTC(2026, 10, 30, 20);
const anyTime = fc.integer({ min: start, max: start + 400 * 86_400_000 });

/** A number as a defect elsewhere might bring it. */
const brokenTime = fc.constantFrom(Number.NaN, Infinity, -Infinity, -1, 0);

const anyZone = fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe');

/** @param broken also numbers that are none */
export const anyProgress = (broken: boolean): fc.Arbitrary<ProgressData> => {
  const time = broken ? fc.oneof(anyTime, brokenTime) : anyTime;
  const number = broken ? fc.oneof(fc.nat(1_000_000), brokenTime) : fc.nat(1_000_000);
  const points = fc.array(anyTime, { maxLength: 60 }).map(countedUp);
  const anyPoints = broken
    ? fc.oneof(points, fc.array(fc.record({ at: time, finished: number }), { maxLength: 9 }))
    : points;
  return fc.record({
    size: broken ? number : fc.integer({ min: 60, max: 1_000_000 }),
    startedAt: broken ? time : fc.constant(start),
    points: anyPoints,
    until: time,
    isOver: fc.boolean(),
    forecast: fc.option(fc.record({ p50: fc.option(time), p90: time })),
    planned: anyPoints,
    zone: anyZone,
  });
};

const anyMoment = fc.option(fc.oneof(anyTime, brokenTime));

export const anyPlanned: fc.Arbitrary<PlannedData> = fc.record({
  rows: fc.array(
    fc.record({
      name: anyName,
      planned: fc.record({ opens: anyMoment, p50: anyMoment, p90: anyMoment }),
      actual: fc.record({ opens: anyMoment, ends: anyMoment }),
    }),
    { maxLength: 6 },
  ),
  until: fc.oneof(anyTime, brokenTime),
  zone: anyZone,
});

export const anyWidth = fc.integer({ min: 200, max: 1_400 });
