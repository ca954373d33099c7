import { storeContract } from './store.contract.ts';
import { testRedis } from '../environment/redis.ts';
import { openTestStore } from './store/open-test-store.ts';

storeContract('in Redis', async () => (await openTestStore()).store);
storeContract('in Redis over 3 shards', async () => (await openTestStore(testRedis(), 3)).store);
