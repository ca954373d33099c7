import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { isInRange, nameKey, type NameRange } from '../../name-order.ts';
import { lua, named, script } from '../core/scripts.ts';
import { inPieces, type Shard, scanHash, valuesOf } from '../core/shard.ts';
import { stagingSeconds } from '../fleet/import-fleet.ts';

/** How many names one part gets when the index is made; parts are cut beyond twice as many. */
const namesInPart = 128;
const partsInCommand = 100;

/**
 * Writes the names of a shard's clients under a token, in order (`member-names.lua`). They expire
 * unless they are published.
 */
export async function stageNames(
  { redis, keys }: Shard,
  token: string,
  clients: readonly string[],
): Promise<void> {
  const names = await inOrder(clients.map(nameKey));
  const parts = [...inPieces(names, namesInPart)].map((part, at): readonly [string, string] => [
    at === 0 ? '' : (part[0] ?? ''),
    part.join('\n'),
  ]);
  const [texts, firsts] = [keys.of('staging', token, 'names'), keys.of('staging', token, 'parts')];
  for (const piece of inPieces(parts, partsInCommand))
    valuesOf(
      await redis
        .pipeline()
        .hset(texts, '#', names.length, ...piece.flat())
        .zadd(firsts, ...piece.flatMap(([first]) => [0, first]))
        .expire(texts, stagingSeconds)
        .expire(firsts, stagingSeconds)
        .exec(),
    );
}

const sortedAtOnce = 50_000;

/**
 * Keys are ASCII, so the order of JavaScript is that of bytes. Other work gets its turn between
 * pieces of a long list; sorting what is sorted in pieces is quick.
 */
async function inOrder(keys: readonly string[]): Promise<readonly string[]> {
  const sorted: string[][] = [];
  for (const piece of inPieces(keys, sortedAtOnce)) {
    sorted.push(piece.toSorted());
    await turn();
  }
  return sorted.flat().sort();
}

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
 * The first keys of a range, in order: as many as its limit, where there are as many. Puts the
 * names in order first where an earlier version has made the campaign.
 */
export async function readNames(
  shard: Shard,
  campaign: string,
  range: NameRange,
): Promise<readonly string[]> {
  const prefix = range.prefix?.toLowerCase() ?? '';
  let { after } = range;
  const found: string[] = [];
  for (;;) {
    const wanted = range.limit - found.length;
    // The first part may have no key of the range.
    const most = Math.ceil(wanted / (namesInPart / 2)) + 1;
    const texts = await readParts(shard, campaign, after === null || after < prefix ? prefix : after, most);
    const keys = texts
      .flatMap((text) => text.split('\n'))
      .filter((key) => key !== '')
      .sort();
    found.push(...keys.filter((key) => isInRange(key, { ...range, after })).slice(0, wanted));
    const last = keys.at(-1) ?? '';
    const isBeyond = last > prefix && !last.startsWith(prefix);
    if (found.length >= range.limit || texts.length < most || isBeyond) return found;
    after = last;
  }
}

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
