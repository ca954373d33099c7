import { fault, type Fault } from '../../shared/errors.ts';
import type { Store } from '../../shared/store/store.ts';
import type { Archive } from './archive.ts';

/**
 * Fault `redis.recordsGone` when the audit of this folder knows of records, and a shard holds none
 * of them: Redis was emptied while no orchestrator ran, or it is another database. An orchestrator
 * that began again there would continue the chain over the loss.
 */
export async function whyGone(
  store: Pick<Store, 'shards' | 'readSeal' | 'fleetSize' | 'campaigns'>,
  archive: Archive,
): Promise<Fault | null> {
  const isUsed = (await store.fleetSize()) > 0 || (await store.campaigns()).length > 0;
  if (isUsed) return null;
  const shards = await store.shards();
  for (let shard = 0; shard < shards; shard += 1) {
    const [{ head }, newest] = [await store.readSeal(shard), await archive.newest(shard)];
    if (head !== null || newest === null) continue;
    return fault(
      'redis.recordsGone',
      `the audit holds ${newest.number} ${newest.number === 1 ? 'block' : 'blocks'} of shard ${shard}, and Redis holds no record: it was emptied, or it is another database. ` +
        'Correct REDIS_URL, or bring the records back with "servpack rebuild"; ' +
        `to begin a new chain, put the files aside (${archive.files(shard).join(', ')})`,
    );
  }
  return null;
}
