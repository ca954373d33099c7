import type { Config } from '../../shared/config.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { troubleOf } from '../../shared/log.ts';
import { RecordsGone, StoreUnavailable } from '../../shared/store/errors.ts';
import type { OrchestratorContext } from '../context.ts';
import { checkAccess } from './access.ts';
import { checkAddresses } from './addresses.ts';
import { checkAudit } from './audit.ts';
import { broken, type Check } from './check.ts';
import { checkDataFolder } from './data-folder.ts';
import { checkApprovals } from './approvals.ts';
import { checkHolds } from './holds.ts';
import { logChecks } from './process-log.ts';
import { checkCertificates } from './certificates.ts';
import { checkMessages } from './messages.ts';
import { checkRedis, isUnavailable } from './redis.ts';
import { checkReleases } from './releases.ts';
import { checkRounds } from './rounds.ts';
import { checkStops } from './stops.ts';
import { judgeWorkers } from './workers.ts';

export type Environment = Pick<Config, 'redisUrl' | 'prefix' | 'shards' | 'dataDir'>;

/**
 * Checks what an orchestrator works with. It changes nothing but a key that expires, by which it
 * tries whether Redis takes writes.
 * @param environment its Redis and its data folder; null = neither is checked
 */
export async function diagnose(
  { store, archive, clock, log, ...context }: OrchestratorContext,
  environment: Environment | null,
): Promise<readonly Check[]> {
  const own = [
    ...logChecks('this orchestrator', troubleOf(log)),
    ...checkCertificates(context.certificates, clock.realNow()),
  ];
  const redis = environment === null ? [] : await checkRedis({ ...environment, url: environment.redisUrl });
  const folder = environment === null ? [] : checkDataFolder(environment.dataDir, clock.realNow());
  // Without Redis every further check would only wait until its time is over.
  if (redis.some(isUnavailable)) return [...own, ...redis, ...folder];
  const records = await checkRecords(store);
  if (records !== null) return [...own, ...redis, records, ...folder];
  const rest = await Promise.all([
    orBroken('audit', () => checkAudit(store, archive)),
    orBroken('releases', () => checkReleases(store)),
    orBroken('servpack', () => checkRounds(store)),
    orBroken('servpack', () => checkAccess(store, clock.realNow())),
    orBroken('servpack', () => checkMessages({ ...context, store })),
    orBroken('campaigns', () => checkStops(store)),
    orBroken('campaigns', () => checkHolds(store, clock.now())),
    orBroken('campaigns', () => checkApprovals(store, clock.now())),
    orBroken('clients', () => checkAddresses(store)),
    orBroken('workers', async () => judgeWorkers(await store.workers())),
  ]);
  return [...own, ...redis, ...folder, ...rest.flat()];
}

/** Whether the records are there and can be changed; null = both. */
async function checkRecords(store: OrchestratorContext['store']): Promise<Check | null> {
  try {
    await store.checkRecords();
    await store.checkWritable();
    return null;
  } catch (error) {
    if (error instanceof RecordsGone)
      return broken(
        'redis',
        error.message,
        'no client is begun, no request is answered, and what was begun on clients stays as it is',
        'REDIS_URL must lead to the Redis of before; else servpack rebuild',
      );
    if (error instanceof StoreUnavailable)
      return broken(
        'redis',
        error.message,
        'nothing new begins; everything goes on by itself as soon as writes are taken; no client is lost',
        'the reason stands before; INFO of that Redis and its log say more',
      );
    throw error;
  }
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
        `could not be looked at: ${reasonOf(error)}`,
        'it is not known whether it is well',
        'ask again; the log of the orchestrator may say more',
      ),
    ];
  }
}
