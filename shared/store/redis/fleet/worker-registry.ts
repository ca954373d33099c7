import {
  rememberedMs,
  type SeenWorker,
  type WorkerFacts,
  type WorkerRegistry,
} from '../../worker-registry.ts';
import { lua, script } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';

const announceScript = script(
  import.meta.url,
  'announce-worker',
  lua`
-- @include ../core/time.lua

-- Notes that a worker runs, and forgets workers that have been silent for very long.
-- ARGV: name, facts (JSON), its own clock, then in real ms: how long this is good, how long to
--       remember
local now = realNow()
redis.call('ZADD', key('workers'), now + tonumber(ARGV[4]), ARGV[1])
redis.call('HSET', key('workerFacts'), ARGV[1], string.format('%d %d %s', now, tonumber(ARGV[3]) - now, ARGV[2]))
for _, name in ipairs(redis.call('ZRANGE', key('workers'), '-inf', now - tonumber(ARGV[5]), 'BYSCORE')) do
  redis.call('ZREM', key('workers'), name)
  redis.call('HDEL', key('workerFacts'), name)
end
return now`,
);

const dismissScript = script(
  import.meta.url,
  'dismiss-worker',
  lua`
-- @include ../core/time.lua

-- Takes a worker off the list, and notes when.
-- ARGV: name
if redis.call('ZREM', key('workers'), ARGV[1]) == 1 then redis.call('SET', key('workerDismissed'), realNow()) end
return redis.call('HDEL', key('workerFacts'), ARGV[1])`,
);

const dismissedScript = script(
  import.meta.url,
  'worker-dismissed',
  lua`
-- @include ../core/time.lua

-- Real milliseconds since a worker was dismissed; -1 = none ever was.
local at = redis.call('GET', key('workerDismissed'))
return at and realNow() - tonumber(at) or -1`,
);

const workersScript = script(
  import.meta.url,
  'workers',
  lua`
-- @include ../core/time.lua

-- Redis's time, then the name, the end of its time and the facts of every worker.
local all = redis.call('ZRANGE', key('workers'), 0, -1, 'WITHSCORES')
local found = { realNow() }
for at = 1, #all, 2 do
  found[#found + 1] = all[at]
  found[#found + 1] = all[at + 1]
  found[#found + 1] = redis.call('HGET', key('workerFacts'), all[at]) or ''
end
return found`,
);

/** Lies in shard 0. */
export const workerRegistryOf = ({ run }: Shard): WorkerRegistry => ({
  announceWorker: async (worker, now, goodForMs) => {
    await run(announceScript, worker.name, JSON.stringify(worker), now, goodForMs, rememberedMs);
  },
  dismissWorker: async (name) => {
    await run(dismissScript, name);
  },
  sinceDismissalMs: async () => {
    const since = Number(await run(dismissedScript));
    return since < 0 ? null : since;
  },
  workers: async () => {
    const [now, ...found] = (await run(workersScript)) as [number, ...string[]];
    const seen = [...inPieces(found, 3)].flatMap(([, until = '', text = '']) =>
      seenIn(text, Number(until), now),
    );
    return seen.sort((a, b) => (a.name < b.name ? -1 : 1));
  },
});

/** Reads `when ahead facts`. */
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
