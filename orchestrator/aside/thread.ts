import { parentPort, workerData } from 'node:worker_threads';
import { labClock, systemClock } from '../../shared/clock.ts';
import { openLog } from '../../shared/log.ts';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { StoreAway } from '../../shared/store/store.ts';
import { createCampaign, planCampaign } from '../campaigns/create.ts';
import { importFleet } from '../fleet.ts';
import type { Office } from '../office.ts';
import type { Answer, Order } from './order.ts';

/** The thread's whole life: one order, one answer. */
async function answer({ config, work, who, input }: Order): Promise<Answer> {
  const { redisUrl: url, prefix, shards } = config;
  const store = await openRedisStore({ url, prefix, shards });
  if (!store.ok) return { kind: 'away', message: store.error.message };
  const office: Office = {
    store: store.value,
    dispatcher: { add: noJobs, addAll: noJobs, forgetStranded: noJobs, close: async () => undefined },
    clock: config.labClock === null ? systemClock : labClock(config.labClock),
    log: openLog('orchestrator', config.logLevel),
  };
  try {
    if (work === 'importFleet') return { kind: 'done', result: await importFleet(office, who, input) };
    if (work === 'planCampaign') return { kind: 'done', result: await planCampaign(office, input) };
    return { kind: 'done', result: await createCampaign(office, who, input) };
  } catch (error) {
    if (error instanceof StoreAway) return { kind: 'away', message: error.message };
    throw error;
  } finally {
    await store.value.close();
  }
}

/** None of this work starts anything. */
const noJobs = (): Promise<void> => Promise.reject(new Error('this thread adds no jobs'));

parentPort?.postMessage(await answer(workerData as Order));
