import { Gauge, Registry } from '@prometheus-io/client';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { openQueueConnection } from '../../shared/queues/connection.ts';
import { looksQueue, queueNames, queuePrefix } from '../../shared/queues/jobs.ts';
import { mastersOf } from '../../shared/redis/client.ts';
import { fieldsIn } from '../durability/server-facts.ts';

export interface QueuePlace {
  readonly url: string;
  readonly prefix: string;
  readonly shards: number;
}

export interface QueueFigures {
  /** What BullMQ says of its queues, and the memory of each Redis server. */
  text(): Promise<string>;
  close(): Promise<void>;
}

/** Redis servers that have series. They are numbered: an answer that is open names no address. */
const serversAtMost = 64;

/** Connects at the first call, over a connection of its own: nobody who scrapes holds up a job. */
export function openQueueFigures({ url, prefix, shards }: QueuePlace): QueueFigures {
  let opened: { readonly connection: Redis; readonly queues: readonly Queue[] } | null = null;
  const open = () => {
    const connection = openQueueConnection(url, 'producer');
    // Without a listener a lost connection would end the process; the call that fails says it.
    connection.on('error', () => undefined);
    const names = [...queueNames, looksQueue];
    const queues = Array.from({ length: shards }, (_, shard) =>
      names.map((name) => new Queue(name, { connection, prefix: queuePrefix(prefix, shard) })),
    ).flat();
    for (const queue of queues) queue.on('error', () => undefined);
    return { connection, queues };
  };
  return {
    text: async () => {
      opened ??= open();
      const { connection, queues } = opened;
      const [perQueue, memory] = await Promise.all([
        Promise.all(queues.map((queue) => queue.exportPrometheusMetrics())),
        memoryText(connection),
      ]);
      return [summed(perQueue), memory].join('\n');
    },
    close: async () => {
      if (opened === null) return;
      await Promise.all(opened.queues.map((queue) => queue.close()));
      opened.connection.disconnect();
    },
  };
}

/** The same series of several texts as one, with their sum: one queue lies in all shards. */
export function summed(texts: readonly string[]): string {
  const lines = new Map<string, number | null>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const end = line.lastIndexOf(' ');
    if (line === '') continue;
    if (line.startsWith('#')) lines.set(line, null);
    else lines.set(line.slice(0, end), (lines.get(line.slice(0, end)) ?? 0) + Number(line.slice(end + 1)));
  }
  return [...grouped(lines)].map(([name, value]) => (value === null ? name : `${name} ${value}`)).join('\n');
}

/** All lines of a metric stand together, below its comments, as the format wants it. */
function grouped(lines: ReadonlyMap<string, number | null>): readonly (readonly [string, number | null])[] {
  const nameOf = (line: string): string => /^(?:# \w+ )?(\w+)/.exec(line)?.[1] ?? '';
  const byName = Map.groupBy([...lines], ([line]) => nameOf(line));
  return [...byName.values()].flat();
}

async function memoryText(connection: Redis): Promise<string> {
  const registry = new Registry();
  const labelNames = ['server'];
  const used = new Gauge({
    name: 'servpack_redis_memory_used_bytes',
    help: 'Memory that a Redis server uses.',
    labelNames,
    registers: [registry],
  });
  const limit = new Gauge({
    name: 'servpack_redis_memory_limit_bytes',
    help: 'The maxmemory of a Redis server; 0 = it has none.',
    labelNames,
    registers: [registry],
  });
  const masters = mastersOf(connection).slice(0, serversAtMost);
  await Promise.all(
    masters.map(async (master, at) => {
      const server = String(at + 1);
      const facts = fieldsIn(await master.info('memory'));
      used.set({ server }, Number(facts.get('used_memory') ?? 0));
      limit.set({ server }, Number(facts.get('maxmemory') ?? 0));
    }),
  );
  return registry.metrics();
}
