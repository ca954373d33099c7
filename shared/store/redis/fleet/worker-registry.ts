import {
  rememberedMs,
  type WorkerRegistry,
  type SeenWorker,
  type WorkerFacts,
} from '../../worker-registry.ts';
import { inPieces, type Shard } from '../core/shard.ts';

/** Kept in shard 0. */
export const workerRegistryOf = ({ redis, keys, run }: Shard): WorkerRegistry => ({
  announceWorker: async (worker, now, goodForMs) => {
    await run('announce-worker', worker.name, JSON.stringify(worker), now, goodForMs, rememberedMs);
  },
  dismissWorker: async (name) => {
    await redis.zrem(keys.of('workers'), name);
    await redis.hdel(keys.of('workerFacts'), name);
  },
  workers: async () => {
    const [now, ...found] = (await run('workers')) as [number, ...string[]];
    const seen = [...inPieces(found, 3)].flatMap(([, until = '', text = '']) =>
      seenIn(text, Number(until), now),
    );
    return seen.sort((a, b) => (a.name < b.name ? -1 : 1));
  },
});

/** The text is `when ahead facts`. */
function seenIn(text: string, until: number, now: number): readonly SeenWorker[] {
  const { heardAt, aheadMs, json } =
    /^(?<heardAt>\d+) (?<aheadMs>-?\d+) (?<json>.*)$/s.exec(text)?.groups ?? {};
  if (json === undefined) return [];
  return [
    {
      ...(JSON.parse(json) as WorkerFacts),
      isAlive: until > now,
      silentMs: Math.max(0, now - Number(heardAt)),
      aheadMs: Number(aheadMs),
    },
  ];
}
