import { openLog } from '../../shared/log.ts';
import { openDispatcher } from '../../shared/queues/dispatcher.ts';

/** A process that adds a job repeatedly to the Redis of its first argument, until it is ended. */
const url = process.argv[2] ?? '';
const log = openLog('producer', 'debug');
const dispatcher = openDispatcher({ url, prefix: 'rotating', log });
log.info({ error: `a failure that is no Error, at ${url}` }, 'begins');
for (let n = 1; ; n += 1) {
  const activation = { key: { campaign: 'sp4', client: 'pc-1' }, activation: n } as const;
  try {
    await dispatcher.add({ ...activation, shard: 0, queue: 'upgrades', dueAt: 0 }, 0);
    log.info('added');
  } catch (error) {
    log.warn({ error }, 'not added');
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
}
