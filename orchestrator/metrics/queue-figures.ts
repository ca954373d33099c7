import { Gauge, Registry } from '@prometheus-io/client';
import type { Redis } from 'ioredis';
import { mastersOf } from '../../shared/redis/client.ts';
import { openReadQueues, type QueuePlace, type ReadQueues } from '../bullmq-queues.ts';
import { fieldsIn } from '../durability/server-facts.ts';

export interface QueueFigures {
  /** What BullMQ says of its queues, and the memory of each Redis server. */
  text(): Promise<string>;
  close(): Promise<void>;
}

/** Redis servers that have series. They are numbered: an answer that is open names no address. */
const serversAtMost = 64;

/** Connects at the first call. */
export function openQueueFigures(place: QueuePlace): QueueFigures {
  let opened: ReadQueues | null = null;
  return {
    text: async () => {
      opened ??= openReadQueues(place);
      const { connection, queues } = opened;
      const [perQueue, memory] = await Promise.all([
        Promise.all(queues.map(({ queue }) => queue.exportPrometheusMetrics())),
        memoryText(connection),
      ]);
      return [summed(perQueue), memory].join('\n');
    },
    close: async () => {
      await opened?.close();
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
