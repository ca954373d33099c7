import { randomUUID } from 'node:crypto';
import type { NameRange } from '../../name-order.ts';
import { readNames, stageNames } from '../core/name-parts.ts';
import { lua, named, script } from '../core/scripts.ts';
import { type Shard, scanHash } from '../core/shard.ts';

const readNamesScript = script(
  import.meta.url,
  'read-member-names',
  lua`
-- The texts of some parts of the names, from the one on that has this key. Returns false when the
-- names are not in order: an earlier version has made the campaign.
-- ARGV: campaign, key, how many parts
local campaign = ARGV[1]
local texts, parts = key('memberNames', campaign), key('memberNameParts', campaign)
local known, members = redis.call('HGET', texts, '#') or '0', redis.call('HLEN', key('members', campaign))
local isRemoving = redis.call('HGET', key('campaign', campaign), 'status') == 'removing'
if tonumber(known) ~= members and not isRemoving then return false end
local first = redis.call('ZREVRANGEBYLEX', parts, '[' .. ARGV[2], '-', 'LIMIT', 0, 1)[1]
if not first then return {} end
return redis.call('HMGET', texts, unpack(redis.call('ZRANGEBYLEX', parts, '[' .. first, '+', 'LIMIT', 0, ARGV[3])))`,
);

/**
 * The first keys of a range of a shard's clients, in order. Puts the names in order first where an
 * earlier version has made the campaign.
 */
export const readMemberNames = (
  shard: Shard,
  campaign: string,
  range: NameRange,
): Promise<readonly string[]> => readNames((from, most) => readParts(shard, campaign, from, most), range);

async function readParts(
  shard: Shard,
  campaign: string,
  from: string,
  most: number,
): Promise<readonly string[]> {
  for (;;) {
    const texts = (await shard.run(readNamesScript, campaign, from, most)) as string[] | null;
    if (texts !== null) return texts;
    await putInOrder(shard, campaign);
  }
}

const putInOrderScript = script(
  import.meta.url,
  'order-member-names',
  lua`
-- Puts staged names in the place of those before, unless clients have joined or left meanwhile.
-- ARGV: JSON of campaign, token, steps, names (how many)
local asked = cjson.decode(ARGV[1])
local campaign = asked.campaign
local steps = redis.call('HGET', key('campaign', campaign), 'memberSteps') or '0'
local members = redis.call('HLEN', key('members', campaign))
local isKnown = redis.call('EXISTS', key('campaign', campaign)) == 1
if isKnown and steps == asked.steps and members == tonumber(asked.names) then
  for _, pair in ipairs({ { 'names', 'memberNames' }, { 'parts', 'memberNameParts' } }) do
    local staged = key('staging', asked.token, pair[1])
    redis.call('UNLINK', key(pair[2], campaign))
    if redis.call('EXISTS', staged) == 1 then
      redis.call('RENAME', staged, key(pair[2], campaign))
      redis.call('PERSIST', key(pair[2], campaign))
    end
  end
end
redis.call('UNLINK', key('staging', asked.token, 'names'), key('staging', asked.token, 'parts'))`,
);

/** Reads every client of the campaign in the shard: once, for a campaign of an earlier version. */
async function putInOrder(shard: Shard, campaign: string): Promise<void> {
  const { redis, keys, run } = shard;
  const steps = (await redis.hget(keys.of('campaign', campaign), 'memberSteps')) ?? 0;
  const clients = new Set<string>();
  for await (const page of scanHash(shard, keys.of('members', campaign)))
    for (const [client] of page) clients.add(client);
  const token = randomUUID();
  await stageNames(shard, token, [...clients]);
  await run(putInOrderScript, named({ campaign, token, steps, names: clients.size }));
}
