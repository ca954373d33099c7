import type { Config } from '../../shared/config.ts';
import { messageOf } from '../../shared/errors.ts';
import type { OrchestratorContext } from '../context.ts';
import { checkAudit } from './audit.ts';
import { broken, type Check } from './check.ts';
import { checkDataFolder } from './data-folder.ts';
import { checkRedis, isUnavailable } from './redis.ts';
import { checkReleases } from './releases.ts';
import { checkRounds } from './rounds.ts';
import { judgeWorkers } from './workers.ts';

export type Environment = Pick<Config, 'redisUrl' | 'prefix' | 'shards' | 'dataDir'>;

/**
 * Checks what an orchestrator works with. It changes nothing.
 * @param environment its Redis and its data folder; null = neither is checked
 */
export async function diagnose(
  { store, archive }: OrchestratorContext,
  environment: Environment | null,
): Promise<readonly Check[]> {
  const redis = environment === null ? [] : await checkRedis({ ...environment, url: environment.redisUrl });
  const folder = environment === null ? [] : checkDataFolder(environment.dataDir);
  // Without Redis every further check would only wait until its time is over.
  if (redis.some(isUnavailable)) return [...redis, ...folder];
  const rest = await Promise.all([
    orBroken('audit', () => checkAudit(store, archive)),
    orBroken('releases', () => checkReleases(store)),
    orBroken('servpack', () => checkRounds(store)),
    orBroken('workers', async () => judgeWorkers(await store.workers())),
  ]);
  return [...redis, ...folder, ...rest.flat()];
}

/** A check that throws is itself a finding. */
async function orBroken(
  area: Check['area'],
  ask: () => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  try {
    return await ask();
  } catch (error) {
    return [
      broken(
        area,
        `could not be looked at: ${messageOf(error)}`,
        'it is not known whether it is well',
        'ask again; the log of the orchestrator may say more',
      ),
    ];
  }
}
