import { spanInWords } from '../../orchestrator/views/duration-text.ts';
import { judgeWidenings } from './monotone-main.ts';
import { judge } from './played.ts';

/**
 * `npm run test:forecast [N]`: plays seeded campaigns on model machines, and says how many end
 * before the P90 of the forecast that was made at a quarter of their way. With `--monotone [N]` it
 * compares campaigns with narrow and wide limits instead.
 */
if (process.argv[2] === '--monotone') {
  const isMonotone = await judgeWidenings(Number(process.argv[3] ?? 100));
  process.exit(isMonotone ? 0 : 1);
}

const count = Number(process.argv[2] ?? 200);
const seeds = Array.from({ length: count }, (_, seed) => seed);
let [judged, beforeP50, beforeP90, withheld] = [0, 0, 0, 0];
for await (const { seed, endedAt, forecast } of judge(seeds)) {
  if (forecast.end === null) {
    withheld += 1;
    console.log(`${seed}: no forecast: ${forecast.because}`);
    continue;
  }
  judged += 1;
  const { p50, p90 } = forecast.end;
  if (endedAt <= p50) beforeP50 += 1;
  if (endedAt <= p90) beforeP90 += 1;
  const left = (at: number): string => spanInWords(at - forecast.madeAt);
  console.log(`${seed}: P50 ${left(p50)}, P90 ${left(p90)}, ended after ${left(endedAt)}`);
}
const percent = (part: number): string => `${((100 * part) / Math.max(1, judged)).toFixed(1)} %`;
console.log(
  `${judged} campaigns: ${percent(beforeP50)} ended before P50, ${percent(beforeP90)} before P90; no forecast of ${withheld}`,
);
const share = beforeP90 / Math.max(1, judged);
if (share < 0.8 || share > 0.97) process.exitCode = 1;
