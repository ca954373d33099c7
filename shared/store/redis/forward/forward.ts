import type { Forwarded, ForwardStore } from '../../forward-store.ts';
import { lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';

const commitScript = script(
  import.meta.url,
  'commit-forwarded',
  lua`
-- @include ../leader/leader.lua

-- Moves the position of the audit's receiver in a shard. Returns 0 when another change came first,
-- or a newer leader was seen.
-- ARGV: the leader's fence ('' = none), shard, position that was read ('' = none), next position
if isDeposed(ARGV[1]) then return 0 end
if (redis.call('HGET', key('forwarded'), ARGV[2]) or '') ~= ARGV[3] then return 0 end
redis.call('HSET', key('forwarded'), ARGV[2], ARGV[4])
return 1`,
);

/** Shard 0 holds the positions of all shards. */
export const forwardStoreOf = ({ redis, keys, run }: Shard): ForwardStore => ({
  readForwarded: async (shard) => {
    const found = await redis.hget(keys.of('forwarded'), String(shard));
    if (found === null) return null;
    const [after = '', sending = null] = found.split(' ');
    return { after, sending };
  },
  commitForwarded: async (shard, before, next, leader) => {
    const was = before === null ? '' : textOf(before);
    return (await run(commitScript, leader ?? '', shard, was, textOf(next))) === 1;
  },
});

const textOf = ({ after, sending }: Forwarded): string => (sending === null ? after : `${after} ${sending}`);
