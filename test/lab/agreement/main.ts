import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivateRedis } from '../../environment/private-redis.ts';
import { fromMondayEvening } from '../installation.ts';
import { type Agreement, agreementLines, agreementOf, differenceOf } from './agreement.ts';

/**
 * `npm run test:agreement`: the same campaign on five lab fleets, run for real in lab time and
 * simulated. Every client must end in the same way, and every wave within a tenth of its time. The
 * campaigns run side by side; at 250 times real time they take about 22 minutes. Faster is less
 * exact: what a real process takes is then minutes of lab time, and a client misses its window.
 * Arguments: the seeds, the number of clients, how much faster than real time. With `differences`
 * at the end it prints where the history of each client parts from its simulated one.
 */
const seeds = (process.argv[2] ?? '1,2,3,4,5').split(',');
/** The simulation looks as far ahead. */
const horizonDays = 60;
const [clients, speed] = [Number(process.argv[3] ?? 60), Number(process.argv[4] ?? 250)];
const showsDifferences = process.argv[5] === 'differences';

const isAgreed = ({ otherEnds, waves }: Agreement): boolean =>
  otherEnds.length === 0 && waves.every((wave) => differenceOf(wave) <= 0.1);

const folder = mkdtempSync(join(tmpdir(), 'servpack-agreement-'));
const redis = await startPrivateRedis();

async function play(seed: string): Promise<boolean> {
  const installation = {
    redisUrl: redis.url,
    prefix: `agreement-${seed}`,
    dataDir: mkdtempSync(join(folder, 'data-')),
    clock: fromMondayEvening(speed),
  };
  const agreement = await agreementOf(installation, {
    seed,
    clients,
    withinSeconds: (horizonDays * 86_400) / speed,
  });
  for (const line of agreementLines(agreement)) console.log(line);
  if (showsDifferences) for (const line of agreement.differences) console.log(`  ${line}`);
  return isAgreed(agreement);
}

try {
  const isEach = (await Promise.all(seeds.map(play))).every(Boolean);
  console.log(isEach ? 'Every campaign was simulated as it ran.' : 'The simulation differs.');
  process.exitCode = isEach ? 0 : 1;
} finally {
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
