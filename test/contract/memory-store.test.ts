import { createMemoryStore } from '../twin/memory-store.ts';
import { storeContract } from './store.contract.ts';

storeContract('in memory', async () => createMemoryStore(Date.now));
