import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { openQueueConnection } from '../shared/queues/connection.ts';
import { looksQueue, queueNames, queuePrefix } from '../shared/queues/jobs.ts';

/** Where the queues lie. */
export interface QueuePlace {
  readonly url: string;
  readonly prefix: string;
  readonly shards: number;
}

/** Every queue of every shard, over a connection of their own: nobody who reads holds up a job. */
export interface ReadQueues {
  readonly connection: Redis;
  readonly queues: readonly { readonly shard: number; readonly queue: Queue }[];
  close(): Promise<void>;
}

export function openReadQueues({ url, prefix, shards }: QueuePlace): ReadQueues {
  const connection = openQueueConnection(url, 'producer');
  // Without a listener a lost connection would end the process; the call that fails says it.
  connection.on('error', () => undefined);
  const names = [...queueNames, looksQueue];
  const queues = Array.from({ length: shards }, (_, shard) =>
    names.map((name) => ({
      shard,
      queue: new Queue(name, { connection, prefix: queuePrefix(prefix, shard) }),
    })),
  ).flat();
  for (const { queue } of queues) queue.on('error', () => undefined);
  return {
    connection,
    queues,
    close: async () => {
      await Promise.all(queues.map(({ queue }) => queue.close()));
      connection.disconnect();
    },
  };
}
