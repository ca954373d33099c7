import type { Redis } from 'ioredis';
import type { Upgrade } from '../../../shared/domain/upgrade/state.ts';
import { unpackUpgrade } from '../../../shared/store/redis/upgrades/packed-upgrade.ts';
import { keysLike } from '../keys-like.ts';

/** One upgrade as it is stored in Redis, field by field. */
export interface RawRecord {
  /** `campaign.client` */
  readonly id: string;
  readonly campaign: string;
  readonly client: string;
  readonly version: number;
  readonly upgrade: Upgrade;
  readonly index: string;
  readonly fields: Readonly<Record<string, string>>;
}

type Table = ReadonlyMap<string, string>;

/**
 * Everything in one shard at one moment, read without the code of the product. Keys of the tables
 * are the part of the key after the name of the table.
 */
export interface Walk {
  readonly base: string;
  readonly records: ReadonlyMap<string, RawRecord>;
  readonly inboxes: Table;
  readonly parked: ReadonlyMap<string, Table>;
  readonly parkedServers: ReadonlyMap<string, Table>;
  readonly waiting: ReadonlyMap<string, Table>;
  readonly members: ReadonlyMap<string, Table>;
  readonly slots: ReadonlyMap<string, Table>;
  readonly counters: ReadonlyMap<string, Table>;
  readonly due: Table;
  readonly driven: Table;
  readonly claims: Table;
}

/**
 * One script, so that nothing changes meanwhile. It reads by pattern, so that it also finds keys
 * that nothing points to.
 */
const script = `
local base = KEYS[1]
local function each(name, command, a, b, c)
  local found = {}
  for _, key in ipairs(redis.call('KEYS', base .. ':' .. name .. ':*')) do
    local reply
    if c then reply = redis.call(command, key, a, b, c) else reply = redis.call(command, key) end
    found[#found + 1] = { string.sub(key, #base + #name + 3), reply }
  end
  return found
end
local function scores(name) return each(name, 'ZRANGE', 0, -1, 'WITHSCORES') end
return {
  each('upgrade', 'HGETALL'), each('inbox', 'LLEN'), scores('parked'), scores('parkedServers'), scores('waiting'),
  each('members', 'HGETALL'), each('slots', 'HGETALL'), each('counters', 'HGETALL'),
  redis.call('ZRANGE', base .. ':due', 0, -1, 'WITHSCORES'),
  redis.call('ZRANGE', base .. ':driven', 0, -1, 'WITHSCORES'),
  redis.call('HGETALL', base .. ':claims'),
}`;

type Named = readonly (readonly [name: string, reply: readonly string[]])[];
type Reply = readonly [Named, Named, Named, Named, Named, Named, Named, Named, string[], string[], string[]];

/** The shards of this prefix, from the braces of their keys. */
async function basesOf(redis: Redis, prefix: string): Promise<readonly string[]> {
  const bases = new Set<string>();
  for await (const key of keysLike(redis, `{${prefix}:*}:*`)) bases.add(key.slice(0, key.indexOf('}') + 1));
  return [...bases].sort();
}

/** All shards at one moment, so that their contents can be added up. Not for a Redis Cluster. */
export async function walkAll(redis: Redis, prefix: string): Promise<readonly Walk[]> {
  const bases = await basesOf(redis, prefix);
  const multi = redis.multi();
  for (const base of bases) multi.eval(script, 1, base);
  const replies = (await multi.exec()) ?? [];
  return replies.map(([error, reply], at) => {
    if (error !== null) throw error;
    return walkIn(bases[at] ?? '', reply as Reply);
  });
}

/** One shard at one moment. */
export const walkOf = async (redis: Redis, base: string): Promise<Walk> =>
  walkIn(base, (await redis.eval(script, 1, base)) as Reply);

function walkIn(base: string, reply: Reply): Walk {
  const [upgrades, inboxes, parked, parkedServers, waiting, members, slots, counters, due, driven, claims] =
    reply;
  return {
    base,
    records: new Map(upgrades.map(([id, fields]) => [id, recordOf(id, tableOf(fields))])),
    inboxes: new Map(inboxes.map(([id, length]) => [id, String(length)])),
    parked: tablesOf(parked),
    parkedServers: tablesOf(parkedServers),
    waiting: tablesOf(waiting),
    members: tablesOf(members),
    slots: tablesOf(slots),
    counters: tablesOf(counters),
    due: tableOf(due),
    driven: tableOf(driven),
    claims: tableOf(claims),
  };
}

const tablesOf = (named: Named): ReadonlyMap<string, Table> =>
  new Map(named.map(([name, reply]) => [name, tableOf(reply)]));

function tableOf(flat: readonly string[]): Table {
  const table = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) table.set(String(flat[at]), String(flat[at + 1]));
  return table;
}

function recordOf(id: string, fields: Table): RawRecord {
  const dot = id.indexOf('.');
  return {
    id,
    campaign: id.slice(0, dot),
    client: id.slice(dot + 1),
    version: Number(fields.get('v')),
    upgrade: unpackUpgrade(id.slice(dot + 1), fields.get('g') ?? '', fields.get('s') ?? 'null'),
    index: fields.get('i') ?? '',
    fields: Object.fromEntries(fields),
  };
}
