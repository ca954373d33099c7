import { randomUUID } from 'node:crypto';
import { clientOfKey, type NameRange } from '../../name-order.ts';
import type { DrawnNames, FleetPage } from '../../fleet-store.ts';
import { readNames, stageNames } from '../core/name-parts.ts';
import { list, lua, named, script } from '../core/scripts.ts';
import { inPieces, scanHash, type Shard } from '../core/shard.ts';
import { isServerIn, serverIn } from './fleet-text.ts';
import { readClients } from './fleet.ts';
import { type ServerChanges, serverChanges, serverList } from './server-index.ts';

/** A change of one entry of the fleet: its text before and after; null = there is none. */
export interface EntryChange {
  readonly client: string;
  readonly known: string | null;
  readonly text: string | null;
}

/** Shard 0, of which the fleet can be put in order. */
export interface OrderedFleet {
  readonly head: Shard;
  /** Once for all who ask meanwhile: each looks afterwards whether the fleet has changed again. */
  readonly order: () => Promise<void>;
}

/** The fleet is put in order after a large import, and where an earlier version has changed it. */
export function orderedFleet(head: Shard): OrderedFleet {
  let underWay: Promise<void> | null = null;
  const order = (): Promise<void> =>
    (underWay ??= putInOrder(head).finally(() => {
      underWay = null;
    }));
  return { head, order };
}

/** Clients of the fleet in the order of their names. */
export async function fleetByName(fleet: OrderedFleet, range: NameRange): Promise<FleetPage> {
  const more = { ...range, limit: range.limit + 1 };
  const keys = await readNames((from, most) => readParts(fleet, from, most), more);
  const asked = keys.slice(0, range.limit);
  const clients = await readClients(fleet.head, asked.map(clientOfKey));
  return {
    clients: clients.filter((client) => client !== null),
    read: asked.length,
    through: keys.length > range.limit ? (asked.at(-1) ?? null) : null,
  };
}

/** How many clients of the fleet are servers; of these logon servers, where it is asked so. */
export async function fleetServers(
  { head, order }: OrderedFleet,
  logonServers?: readonly string[],
): Promise<number> {
  if (logonServers?.length === 0) return 0;
  const fields = logonServers?.map((each) => `#servers ${each}`) ?? ['#servers'];
  for (;;) {
    const counts = (await head.run(readServersScript, ...fields)) as (string | null)[] | null;
    if (counts !== null) return counts.reduce((sum, count) => sum + Number(count ?? 0), 0);
    await order();
  }
}

/** Names of some parts, as `drawNames` of the store gives them. */
export async function drawNames(
  { head, order }: OrderedFleet,
  draws: readonly number[],
): Promise<DrawnNames> {
  for (;;) {
    const found = (await head.run(drawPartsScript, ...draws)) as [number, string[]] | null;
    if (found !== null) {
      const [parts, texts] = found;
      const places = texts.map((text) => text.split('\n').filter((key) => key !== ''));
      return { isWhole: parts === texts.length, places: places.map((keys) => keys.sort().map(clientOfKey)) };
    }
    await order();
  }
}

const readServersScript = script(
  import.meta.url,
  'read-fleet-servers',
  lua`
-- How many servers there are. Returns false when they were not counted up to the last import.
-- ARGV: fields
local imports = redis.call('GET', key('imports')) or '0'
local names = key('fleetNames')
if imports ~= redis.call('HGET', names, '#serversAt') then return false end
local counts = {}
for at, field in ipairs(ARGV) do counts[at] = redis.call('HGET', names, field) end
return counts`,
);

const drawPartsScript = script(
  import.meta.url,
  'draw-fleet-parts',
  lua`
-- How many parts of the names there are, and the texts of some: of all where there are no more than
-- asked for. Returns false when the index does not know the last import.
-- ARGV: a number for each part that is asked for
local texts, parts = key('fleetNames'), key('fleetNameParts')
if (redis.call('GET', key('imports')) or '0') ~= (redis.call('GET', key('fleetNamesAt')) or '0') then return false end
local count = redis.call('ZCARD', parts)
local found, isFound = {}, {}
for at = 1, math.min(count, #ARGV) do
  local place = count <= #ARGV and at - 1 or tonumber(ARGV[at]) % count
  if not isFound[place] then
    isFound[place] = true
    local part = redis.call('ZRANGE', parts, place, place)[1]
    found[#found + 1] = redis.call('HGET', texts, part) or ''
  end
end
return { count, found }`,
);

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

async function readParts(
  { head, order }: OrderedFleet,
  from: string,
  most: number,
): Promise<readonly string[]> {
  for (;;) {
    const texts = (await head.run(readNamesScript, from, most)) as string[] | null;
    if (texts !== null) return texts;
    await order();
  }
}

const putInOrderScript = script(
  import.meta.url,
  'order-fleet-names',
  lua`
-- @include ../core/lists.lua
-- @include fleet-servers.lua

-- Puts staged names in the place of those before, unless the fleet was imported meanwhile.
-- ARGV: JSON of token, imports; list: logon servers, each with its servers
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
  countFleetServers(asked.imports, lists(2)())
  redis.call('SET', key('fleetNamesAt'), asked.imports)
end`,
);

/** Reads the whole fleet. */
async function putInOrder(head: Shard): Promise<void> {
  const { redis, keys, run } = head;
  const imports = (await redis.get(keys.of('imports'))) ?? '0';
  const clients = new Set<string>();
  const servers = new Map<string, number>();
  for await (const page of scanHash(head, keys.of('fleet')))
    for (const [client, text] of page) {
      if (clients.has(client)) continue;
      clients.add(client);
      if (isServerIn(text)) servers.set(serverIn(text), (servers.get(serverIn(text)) ?? 0) + 1);
    }
  const token = randomUUID();
  await stageNames(head, token, [...clients]);
  await run(putInOrderScript, named({ token, imports }), ...serverList(servers));
}

const noteNamesScript = script(
  import.meta.url,
  'note-fleet-names',
  lua`
-- @include ../core/name-parts.lua
-- @include ../core/lists.lua
-- @include fleet-servers.lua

-- Notes clients that have come or gone with one change of the fleet. Returns 0 when the index does
-- not know what was before it, or the fleet has changed again.
-- ARGV: JSON of before and after (numbers of the import), isLast; lists: clients that have come,
--       clients that have gone, logon servers, each with how many servers more it has
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
  if redis.call('HGET', key('fleetNames'), '#serversAt') == asked.before then
    countFleetServers(asked.after, nextList())
  end
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
  const servers = serverList(serversIn(changes));
  const pieces = moved.length === 0 ? [[]] : [...inPieces(moved, pieceSize)];
  for (const [at, piece] of pieces.entries()) {
    const asked = { before, after: before + 1, isLast: at === pieces.length - 1 ? 1 : 0 };
    const names = (isThere: boolean) =>
      piece.filter(({ text }) => (text !== null) === isThere).map(({ client }) => client);
    const lists = [...list(names(true)), ...list(names(false)), ...servers];
    if ((await run(noteNamesScript, named(asked), ...lists)) === 0) return;
  }
}

function serversIn(changes: readonly EntryChange[]): ServerChanges {
  const server = (text: string | null): string | null => (text !== null && isServerIn(text) ? text : null);
  return serverChanges(changes.map(({ known, text }) => ({ known: server(known), text: server(text) })));
}
