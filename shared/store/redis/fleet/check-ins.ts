import { nameOf } from '../../../domain/campaign/machine.ts';
import { type CheckInStore, everyClient } from '../../check-in-store.ts';
import { auditFields } from '../audit/audit.ts';
import { list, lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { clientOf, withHost } from './fleet-text.ts';

const raiseGenerationScript = script(
  import.meta.url,
  'raise-generation',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Refuses check-in tokens of older generations and never lowers the limit. Returns the lowest good
-- one.
-- ARGV: client in lower case or *, lowest generation; list: audit
local known = tonumber(redis.call('HGET', key('tokens'), ARGV[1]) or 1)
local least = tonumber(ARGV[2])
if least <= known then return known end
redis.call('HSET', key('tokens'), ARGV[1], least)
addAudit(lists(3)())
return least`,
);

const moveClientScript = script(
  import.meta.url,
  'move-client',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Replaces a fleet entry that is still as it was read. Returns 0 when it is not.
-- ARGV: client, entry before, entry after; list: audit
if redis.call('HGET', key('fleet'), ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', key('fleet'), ARGV[1], ARGV[3])
addAudit(lists(4)())
return 1`,
);

/** Lies in shard 0, with the fleet. */
export const checkInStoreOf = ({ redis, keys, run }: Shard): CheckInStore => ({
  tokenGenerations: async () => {
    const found = await redis.hgetall(keys.of('tokens'));
    const least = new Map<string, number>();
    // Earlier versions kept the client's own spelling.
    for (const [client, raised] of Object.entries(found))
      least.set(nameOf(client), Math.max(Number(raised), least.get(nameOf(client)) ?? 1));
    return least;
  },
  leastGeneration: async (client) => {
    const found = await redis.hmget(keys.of('tokens'), everyClient, nameOf(client), client);
    return Math.max(1, ...found.map((least) => Number(least ?? 1)));
  },
  raiseGeneration: async (client, least, audit) =>
    Number(await run(raiseGenerationScript, nameOf(client), least, ...list(auditFields(audit, null)))),
  moveClient: async (client, host, audit) => {
    const known = await redis.hget(keys.of('fleet'), client);
    if (known === null || clientOf(client, known).host === host) return false;
    const moved = withHost(client, known, host);
    return (await run(moveClientScript, client, known, moved, ...list(auditFields(audit, null)))) === 1;
  },
});
