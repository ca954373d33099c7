import type { Config } from '../../shared/config.ts';
import { messageOf } from '../../shared/errors.ts';
import type { OrchestratorContext } from '../context.ts';
import { checkAudit } from './audit.ts';
import { broken, type Check } from './check.ts';
import { checkDataFolder } from './data-folder.ts';
import { checkRedis, isAway } from './redis.ts';
import { checkReleases } from './releases.ts';
import { judgeWorkers } from './workers.ts';

export type Environment = Pick<Config, 'redisUrl' | 'prefix' | 'shards' | 'dataDir'>;

/**
 * What an orchestrator can say of itself and of what it works with. Nothing is changed by it.
 * @param environment its Redis and its data folder; null = neither is looked at
 */
export async function diagnose(
  { store, archive }: OrchestratorContext,
  environment: Environment | null,
): Promise<readonly Check[]> {
  const redis = environment === null ? [] : await checkRedis({ ...environment, url: environment.redisUrl });
  const folder = environment === null ? [] : checkDataFolder(environment.dataDir);
  // Without its records nothing else can be checked, and each check would wait its full time for
  // them.
  if (redis.some(isAway)) return [...redis, ...folder];
  const rest = await Promise.all([
    asked('audit', () => checkAudit(store, archive)),
    asked('releases', () => checkReleases(store)),
    asked('workers', async () => judgeWorkers(await store.workers())),
  ]);
  return [...redis, ...folder, ...rest.flat()];
}

/** A check that breaks is one that has found something. */
async function asked(area: Check['area'], ask: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
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
