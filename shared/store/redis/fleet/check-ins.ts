import { nameOf } from '../../../domain/campaign/machine.ts';
import { type CheckInStore, everyClient, type RefusedAddress } from '../../check-in-store.ts';
import { auditFields } from '../audit/audit.ts';
import { list, lua, script } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { movingClients } from './move-client.ts';

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

const refuseAddressScript = script(
  import.meta.url,
  'refuse-address',
  lua`
-- @include ../core/lists.lua
-- @include ../audit/audit.lua

-- Keeps which address of a client was not taken, and why. A refusal that is known already is kept
-- with its time and writes no audit entry. Returns whether it is a new one.
-- ARGV: client, JSON of the refusal; list: audit
local known = redis.call('HGET', key('refusedAddresses'), ARGV[1])
local refused = cjson.decode(ARGV[2])
if known then
  local before = cjson.decode(known)
  if before.host == refused.host and before.other == refused.other then return 0 end
end
redis.call('HSET', key('refusedAddresses'), ARGV[1], ARGV[2])
addAudit(lists(3)())
return 1`,
);

/** Lies in shard 0, with the fleet. */
export function checkInStoreOf(head: Shard): CheckInStore {
  const { redis, keys, run } = head;
  return {
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
    moveClient: movingClients(head),
    refuseAddress: async ({ client, ...refused }, audit) =>
      (await run(refuseAddressScript, client, JSON.stringify(refused), ...list(auditFields(audit, null)))) ===
      1,
    acceptAddress: async (client) => {
      await redis.hdel(keys.of('refusedAddresses'), client);
    },
    refusedAddress: async (client) => {
      const text = await redis.hget(keys.of('refusedAddresses'), client);
      return text === null ? null : refusalOf(client, text);
    },
    refusedAddresses: async () => {
      const found = await redis.hgetall(keys.of('refusedAddresses'));
      return Object.entries(found).map(([client, text]) => refusalOf(client, text));
    },
  };
}

const refusalOf = (client: string, text: string): RefusedAddress => ({
  client,
  ...(JSON.parse(text) as Omit<RefusedAddress, 'client'>),
});
