import { randomUUID } from 'node:crypto';
import { clientOfKey, type NameRange } from '../../name-order.ts';
import type { FleetPage } from '../../fleet-store.ts';
import { readNames, stageNames } from '../core/name-parts.ts';
import { list, lua, named, script } from '../core/scripts.ts';
import { inPieces, scanHash, type Shard } from '../core/shard.ts';
import { isServerIn } from './fleet-text.ts';
import { readClients } from './fleet.ts';

/** A change of one entry of the fleet: its text before and after; null = there is none. */
export interface EntryChange {
  readonly client: string;
  readonly known: string | null;
  readonly text: string | null;
}

/** Clients of the fleet in the order of their names. */
export async function fleetByName(head: Shard, range: NameRange): Promise<FleetPage> {
  const more = { ...range, limit: range.limit + 1 };
  const keys = await readNames((from, most) => readParts(head, from, most), more);
  const asked = keys.slice(0, range.limit);
  const clients = await readClients(head, asked.map(clientOfKey));
  return {
    clients: clients.filter((client) => client !== null),
    read: asked.length,
    through: keys.length > range.limit ? (asked.at(-1) ?? null) : null,
  };
}

/** How many clients of the fleet are servers. */
export async function fleetServers(head: Shard): Promise<number> {
  await readParts(head, '', 1);
  return Number((await head.redis.hget(head.keys.of('fleetNames'), '#servers')) ?? 0);
}

const readNamesScript = script(
  import.meta.url,
  'read-fleet-names',
  lua`
-- The texts of some parts of the names, from the one on that has this key. Returns false when the
-- index does not know the last import.
-- ARGV: key, how many parts
local texts, parts = key('fleetNames'), key('fleetNameParts')
if (redis.call('GET', key('imports')) or '0') ~= (redis.call('GET', key('fleetNamesAt')) or '0') then return false end
local first = redis.call('ZREVRANGEBYLEX', parts, '[' .. ARGV[1], '-', 'LIMIT', 0, 1)[1]
if not first then return {} end
return redis.call('HMGET', texts, unpack(redis.call('ZRANGEBYLEX', parts, '[' .. first, '+', 'LIMIT', 0, ARGV[2])))`,
);

async function readParts(head: Shard, from: string, most: number): Promise<readonly string[]> {
  for (;;) {
    const texts = (await head.run(readNamesScript, from, most)) as string[] | null;
    if (texts !== null) return texts;
    await putInOrder(head);
  }
}

const putInOrderScript = script(
  import.meta.url,
  'order-fleet-names',
  lua`
-- Puts staged names in the place of those before, unless the fleet was imported meanwhile.
-- ARGV: JSON of token, imports, servers
local asked = cjson.decode(ARGV[1])
local isSame = (redis.call('GET', key('imports')) or '0') == asked.imports
for _, pair in ipairs({ { 'names', 'fleetNames' }, { 'parts', 'fleetNameParts' } }) do
  local staged = key('staging', asked.token, pair[1])
  if isSame then
    redis.call('UNLINK', key(pair[2]))
    if redis.call('EXISTS', staged) == 1 then
      redis.call('RENAME', staged, key(pair[2]))
      redis.call('PERSIST', key(pair[2]))
    end
  end
  redis.call('UNLINK', staged)
end
if isSame then
  redis.call('HSET', key('fleetNames'), '#servers', asked.servers)
  redis.call('SET', key('fleetNamesAt'), asked.imports)
end`,
);

/** Reads the whole fleet: after a large import, and where an earlier version has changed it. */
async function putInOrder(head: Shard): Promise<void> {
  const { redis, keys, run } = head;
  const imports = (await redis.get(keys.of('imports'))) ?? '0';
  const clients = new Set<string>();
  let servers = 0;
  for await (const page of scanHash(head, keys.of('fleet')))
    for (const [client, text] of page) {
      if (clients.has(client)) continue;
      clients.add(client);
      if (isServerIn(text)) servers += 1;
    }
  const token = randomUUID();
  await stageNames(head, token, [...clients]);
  await run(putInOrderScript, named({ token, imports, servers }));
}

const noteNamesScript = script(
  import.meta.url,
  'note-fleet-names',
  lua`
-- @include ../core/name-parts.lua
-- @include ../core/lists.lua

-- Notes clients that have come or gone with one change of the fleet. Returns 0 when the index does
-- not know what was before it, or the fleet has changed again.
-- ARGV: JSON of before and after (numbers of the import), servers (how many more), isLast; lists:
--       clients that have come, clients that have gone
local asked = cjson.decode(ARGV[1])
if (redis.call('GET', key('imports')) or '0') ~= asked.after
  or (redis.call('GET', key('fleetNamesAt')) or '0') ~= asked.before
  or redis.call('EXISTS', key('fleetNameParts')) == 0 then
  return 0
end
local nextList = lists(2)
for _, isThere in ipairs({ true, false }) do
  local first, last = nextList()
  for at = first, last do noteName(key('fleetNames'), key('fleetNameParts'), ARGV[at], isThere) end
end
if asked.isLast == '1' then
  redis.call('HINCRBY', key('fleetNames'), '#servers', asked.servers)
  redis.call('SET', key('fleetNamesAt'), asked.after)
end
return 1`,
);

const pieceSize = 200;
/** A change that is larger reads the whole fleet at the next list instead. */
const notedAtMost = 10_000;

/**
 * Follows a change of the fleet, so that the next list need not read all of it. What breaks off
 * here is made up by that list.
 * @param before how many imports there were before the change, of which it is the next
 */
export async function noteFleetNames(
  { run }: Shard,
  before: number,
  changes: readonly EntryChange[],
): Promise<void> {
  const isOther = ({ known, text }: EntryChange): boolean => (known === null) !== (text === null);
  const moved = changes.filter(isOther);
  if (moved.length > notedAtMost) return;
  const servers = changes.reduce(
    (sum, { known, text }) => sum + (isServer(text) ? 1 : 0) - (isServer(known) ? 1 : 0),
    0,
  );
  const pieces = moved.length === 0 ? [[]] : [...inPieces(moved, pieceSize)];
  for (const [at, piece] of pieces.entries()) {
    const asked = { before, after: before + 1, servers, isLast: at === pieces.length - 1 ? 1 : 0 };
    const names = (isThere: boolean) =>
      piece.filter(({ text }) => (text !== null) === isThere).map(({ client }) => client);
    if ((await run(noteNamesScript, named(asked), ...list(names(true)), ...list(names(false)))) === 0) return;
  }
}

const isServer = (text: string | null): boolean => text !== null && isServerIn(text);
