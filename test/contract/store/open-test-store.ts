import { openRedisStore } from '../../../shared/store/redis/open.ts';
import type { Store } from '../../../shared/store/store.ts';
import { testRedis } from '../../environment/redis.ts';

export interface TestStore {
  readonly store: Store;
  readonly url: string;
  readonly prefix: string;
}

/** Opens an empty store in the Redis of this test run, under a prefix of its own. */
export async function openTestStore(place = testRedis(), shards = 1): Promise<TestStore> {
  const opened = await openRedisStore({ ...place, shards });
  if (!opened.ok) throw new Error(opened.error.message);
  return { store: opened.value, ...place };
}
