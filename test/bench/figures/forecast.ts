import { setTimeout as pause } from 'node:timers/promises';
import { forecastTiming } from '../../../orchestrator/rounds/make-forecasts.ts';
import type { Bench } from '../bench.ts';
import { statesOf, untilThere } from '../campaign.ts';
import { type Figure, figureOf } from '../figure.ts';
import { beginRollout, rollOut } from '../rollout.ts';
import { lightCpuOf } from '../usage.ts';

/** The first forecast of a campaign begins then: from this moment on rates are measured. */
const measuredAfterMs = forecastTiming.notBeforeMs + 2_000;

/**
 * Upgrades while the leader makes a forecast of their campaign, beside the same campaign without
 * one, in turns: what is left of it when the forecast begins. It is under way until the campaign
 * ends; in operation it is under way for a thirtieth of the time.
 */
export async function forecast(bench: Bench): Promise<readonly Figure[]> {
  const { size, rounds } = bench.options;
  const [beside, alone]: [number[], number[]] = [[], []];
  await rollOut(bench, 'free', Math.min(2_000, size), { isForecast: false });
  for (let round = 1; round <= rounds; round += 1) {
    alone.push(await rateOf(bench, false));
    beside.push(await rateOf(bench, true));
    if (round < rounds) await untilNoneIsMade(bench);
    bench.say(`forecast: round ${round} of ${rounds}`);
  }
  return [
    figureOf({
      name: 'upgrades beside a forecast',
      unit: '1/s',
      runs: beside,
      limit: { name: 'without a forecast', runs: alone },
    }),
    figureOf({
      name: 'throughput that forecasts cost in operation',
      unit: '%',
      runs: beside.map((rate, at) => costOf(rate, alone[at] ?? rate)),
      aim: { text: '<= 3 %', met: ({ value }) => value <= 3 },
    }),
  ];
}

/** Upgrades per second of a campaign, from the moment at which forecasts begin until its end. */
async function rateOf(bench: Bench, isForecast: boolean): Promise<number> {
  const { size } = bench.options;
  const rollout = await beginRollout(bench, size, { isForecast });
  await pause(measuredAfterMs);
  const { upgraded } = await statesOf(bench, rollout);
  if (upgraded > size * 0.8)
    throw new Error(
      `${upgraded} of ${size} clients are upgraded before a forecast begins: use a larger --size`,
    );
  const [begun, light] = [performance.now(), lightCpuOf(bench.orchestrator.pid)];
  await untilThere(bench, rollout, (states) => states.upgraded, size);
  const ms = performance.now() - begun;
  if (isForecast && lightCpuOf(bench.orchestrator.pid) <= light) throw new Error('no forecast was under way');
  return ((size - upgraded) / ms) * 1_000;
}

/** The leader rests so many times as long as a forecast took: then forecasts cost nothing. */
const costOf = (beside: number, alone: number): number =>
  (100 * Math.max(0, 1 - beside / alone)) / (1 + forecastTiming.restTimes);

/** A forecast goes on when its campaign is over; it shall not hold up the next run. */
async function untilNoneIsMade({ orchestrator }: Bench): Promise<void> {
  for (let last = NaN; ;) {
    const light = lightCpuOf(orchestrator.pid);
    if (light === last) return;
    last = light;
    await pause(2_000);
  }
}
