import { randomUUID } from 'node:crypto';
import { RecordsGone } from '../../errors.ts';
import type { HealthStore } from '../../health-store.ts';
import { lua, script } from '../core/scripts.ts';
import { fromEach, type Shards } from './shards.ts';

const identityScript = script(
  import.meta.url,
  'identity',
  lua`
-- Returns the identity of the shard's records, and gives one to a shard that has none.
-- ARGV: a new identity
local found = redis.call('GET', key('identity'))
if not found then
  found = ARGV[1]
  redis.call('SET', key('identity'), found)
end
return found`,
);

/** A script, because a plain TIME may go to any node of a Cluster. */
const timeScript = script(
  import.meta.url,
  'time',
  lua`
-- @include ../core/time.lua
return string.format('%.0f', realMicroseconds())`,
);

/** Real time for which the key of a trial stays. */
const trialMs = 60_000;

/** Remembers what the shards hold now: a Redis that was emptied has no identity, or a new one. */
export async function healthStoreOf(shards: Shards, prefix: string, where: string): Promise<HealthStore> {
  const opened = await fromEach(shards, ({ run }) => run(identityScript, randomUUID()));
  return {
    checkRecords: async () => {
      const present = await fromEach(shards, ({ redis, keys }) => redis.get(keys.of('identity')));
      if (present.every((identity, shard) => identity === opened[shard])) return;
      throw new RecordsGone(
        `the records of ${prefix} are no longer in Redis at ${where}: it was emptied, or another database has taken its place; ` +
          'nothing goes on. Bring the right Redis back, or stop every orchestrator and worker and run "servpack rebuild"',
      );
    },
    checkWritable: async () => {
      await fromEach(shards, ({ redis, keys }) => redis.set(keys.of('trial'), '1', 'PX', trialMs));
    },
    readTime: async () => Number(await shards.head.run(timeScript)) / 1_000,
  };
}
