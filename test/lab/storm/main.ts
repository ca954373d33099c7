import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startPrivateRedis } from '../../environment/private-redis.ts';
import { guardRun } from '../../environment/run-guard.ts';
import { storm } from './storm.ts';

/**
 * `npm run test:checkins -- --laptops 10000 --others 1000 --at-once 200`: exit code 0 when no
 * check-in is lost and no other client has to wait long.
 */
const { values } = parseArgs({
  options: {
    laptops: { type: 'string', default: '10000' },
    others: { type: 'string', default: '1000' },
    'at-once': { type: 'string', default: '200' },
  },
});

const guarded = await guardRun();
const folder = mkdtempSync(join(tmpdir(), 'servpack-storm-'));
const redis = await startPrivateRedis();
try {
  const figures = await storm({
    redisUrl: redis.url,
    prefix: 'storm',
    folder,
    laptops: Number(values.laptops),
    others: Number(values.others),
    atOnce: Number(values['at-once']),
    say: console.log,
  });
  console.log(JSON.stringify(figures, null, 2));
  const isWell =
    figures.lost.length === 0 && figures.promised === Number(values.laptops) && figures.keptLeading;
  process.exitCode = isWell ? 0 : 1;
} finally {
  await redis.stop();
  rmSync(folder, { recursive: true, force: true });
  await guarded.end();
}
