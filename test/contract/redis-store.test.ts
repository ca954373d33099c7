import { storeContract } from './store.contract.ts';
import { openTestStore } from './store/redis.ts';

storeContract('in Redis', async () => (await openTestStore()).store);
