import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPrivateRedis } from '../../environment/private-redis.ts';
import { fromMondayEvening } from '../installation.ts';
import { agreementLines, agreementOf, differenceOf } from './agreement.ts';

/**
 * `npm run test:agreement`: the same campaign on five lab fleets, run for real in lab time and
 * simulated. Every client must end in the same way, and every wave within a tenth of its time.
 * Arguments: the seeds, the number of clients, how much faster than real time. With `differences`
 * at the end it prints where the history of each client parts from its simulated one.
 */
const seeds = (process.argv[2] ?? '1,2,3,4,5').split(',');
const [clients, speed] = [Number(process.argv[3] ?? 60), Number(process.argv[4] ?? 3_600)];
const showsDifferences = process.argv[5] === 'differences';

const folder = mkdtempSync(join(tmpdir(), 'servpack-agreement-'));
const redis = await startPrivateRedis();
let isAgreed = true;
try {
  for (const seed of seeds) {
    const dataDir = mkdtempSync(join(folder, 'data-'));
    const installation = {
      redisUrl: redis.url,
      prefix: `agreement-${seed}`,
      dataDir,
      clock: fromMondayEvening(speed),
    };
    const agreement = await agreementOf(installation, { seed, clients, withinSeconds: 1_800 });
    for (const line of agreementLines(agreement)) console.log(line);
    if (showsDifferences) for (const line of agreement.differences) console.log(`  ${line}`);
    if (agreement.otherEnds.length > 0 || agreement.waves.some((wave) => differenceOf(wave) > 0.1))
      isAgreed = false;
  }
} finally {
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(isAgreed ? 'Every campaign was simulated as it ran.' : 'The simulation differs.');
process.exitCode = isAgreed ? 0 : 1;
