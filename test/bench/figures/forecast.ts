import { forecastTiming } from '../../../orchestrator/rounds/make-forecasts.ts';
import { until } from '../../fixtures/until.ts';
import type { Bench } from '../bench.ts';
import { type Figure, figureOf } from '../figure.ts';
import { rollOut, type Run } from '../rollout.ts';

/**
 * Upgrades while the leader makes a forecast of their campaign, beside the same campaign without
 * one, in turns. The forecast begins when 20 clients are finished and is under way during most of
 * the run; in operation it is under way for a thirtieth of the time.
 */
export async function forecast(bench: Bench): Promise<readonly Figure[]> {
  const { size, rounds } = bench.options;
  const [beside, alone]: [Run[], Run[]] = [[], []];
  await rollOut(bench, 'free', Math.min(2_000, size), { isForecast: false });
  for (let round = 1; round <= rounds; round += 1) {
    alone.push(await rollOut(bench, 'free', size, { isForecast: false }));
    beside.push(await rollOut(bench, 'free', size));
    await untilKept(bench, round);
    bench.say(`forecast: round ${round} of ${rounds}`);
  }
  const rates = (runs: readonly Run[]): readonly number[] => runs.map(({ perSecond }) => perSecond);
  return [
    figureOf({
      name: 'upgrades beside a forecast',
      unit: '1/s',
      runs: rates(beside),
      limit: { name: 'without a forecast', runs: rates(alone) },
    }),
    figureOf({
      name: 'throughput that forecasts cost in operation',
      unit: '%',
      runs: beside.map((run, at) => costOf(run, alone[at] ?? run)),
      aim: { text: '<= 3 %', met: ({ value }) => value <= 3 },
    }),
  ];
}

/** The leader rests so many times as long as a forecast took: then forecasts cost nothing. */
const costOf = (beside: Run, alone: Run): number =>
  (100 * Math.max(0, 1 - beside.perSecond / alone.perSecond)) / (1 + forecastTiming.restTimes);

/** The forecast of each run is made: it was under way, and holds up no further run. */
const untilKept = ({ store }: Bench, count: number): Promise<void> =>
  until(`${count} forecasts`, async () => (await store.forecasts()).length >= count);
