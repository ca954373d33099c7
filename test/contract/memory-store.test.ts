import { createMemoryStore } from '../../shared/store/memory-store.ts';
import { storeContract } from './store.contract.ts';

storeContract('in memory', async () => createMemoryStore(Date.now));
