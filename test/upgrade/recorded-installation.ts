import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { type LabInstallation, startFleetProcess } from '../lab/installation.ts';
import type { LabProcess } from '../lab/process.ts';
import { writeTree } from '../lab/staged-tree.ts';
import { putKeys, type RedisCopy } from './redis-copy.ts';
import { fleetCsv, seed } from './scenario.ts';

/** The version whose records are recorded, by its commit. */
export const earlier = '995216f7';

/** What `record.ts` wrote in the middle of campaigns of an earlier version. */
interface Recorded {
  readonly prefix: string;
  readonly labNow: number;
  readonly token: string;
  readonly keys: RedisCopy;
  /** The audit files, by name. */
  readonly files: Readonly<Record<string, string>>;
}

export const recorded = JSON.parse(
  gunzipSync(readFileSync(join(import.meta.dirname, `${earlier}.json.gz`))).toString(),
) as Recorded;

export interface RecordedInstallation {
  readonly installation: LabInstallation;
  readonly redis: Redis;
  /** The folder of the audit. */
  readonly audit: string;
  readonly startFleet: () => Promise<LabProcess>;
}

/** The records and files of the earlier version, over a Redis of their own. */
export async function recordedInstallation(stack: AsyncDisposableStack): Promise<RecordedInstallation> {
  const home = mkdtempSync(join(tmpdir(), 'servpack-upgrade-'));
  stack.defer(() => rmSync(home, { recursive: true, force: true }));
  const [dataDir, tree] = [join(home, 'data'), join(home, 'tree')];
  const audit = join(dataDir, 'audit');
  for (const folder of [dataDir, audit, tree]) mkdirSync(folder, { mode: 0o700 });
  await writeTree(tree);
  writeFileSync(join(home, 'fleet.csv'), fleetCsv);
  writeFileSync(join(dataDir, 'token'), recorded.token, { mode: 0o600 });
  for (const [name, text] of Object.entries(recorded.files)) writeFileSync(join(audit, name), text);
  // The blocks of the audit name the prefix, so it has to be the recorded one.
  const { url: redisUrl, stop } = await startPrivateRedis();
  stack.defer(stop);
  const redis = new Redis(redisUrl);
  stack.defer(() => redis.disconnect());
  await putKeys(redis, recorded.keys);
  const clock = { labAt: recorded.labNow, realAt: Date.now(), speed: 14_400 };
  const installation = { redisUrl, prefix: recorded.prefix, dataDir, clock };
  const fleet = { fleetCsv: join(home, 'fleet.csv'), seed, tree, checkIn: null };
  return { installation, redis, audit, startFleet: () => startFleetProcess(installation, fleet) };
}
