import { lua, named, script, list } from '../core/scripts.ts';
import { scanHash, type Shard, valuesOf } from '../core/shard.ts';
import { serverIn } from './fleet-text.ts';

/** How many clients more, or fewer, have each spelling of a logon server. */
export type ServerChanges = ReadonlyMap<string, number>;

/**
 * What a change of entries means for the index of logon servers.
 * @param changed the entry before and after; null = there is none
 */
export function serverChanges(
  changed: Iterable<{ readonly known: string | null; readonly text: string | null }>,
): ServerChanges {
  const changes = new Map<string, number>();
  const add = (text: string | null, by: number): void => {
    if (text === null) return;
    const server = serverIn(text);
    changes.set(server, (changes.get(server) ?? 0) + by);
  };
  for (const { known, text } of changed) {
    add(known, -1);
    add(text, 1);
  }
  return new Map([...changes].filter(([, by]) => by !== 0));
}

/** The changes as a list for a script (`servers.lua`). */
export const serverList = (changes: ServerChanges): ReturnType<typeof list> => list([...changes].flat());

const indexServersScript = script(
  import.meta.url,
  'index-servers',
  lua`
-- @include ../core/lists.lua
-- @include servers.lua

-- Puts counted logon servers in the place of the index before. Returns 0 when the fleet was
-- imported or lost clients since it was read.
-- ARGV: JSON of imports; list: servers, each with its clients
local asked = cjson.decode(ARGV[1])
if (redis.call('GET', key('imports')) or '0') ~= asked.imports then return 0 end
redis.call('DEL', key('logonServers'))
countServers(lists(2)())
redis.call('SET', key('serversAt'), asked.imports)
return 1`,
);

/**
 * How many clients have each spelling of a logon server. Reads the fleet only where an earlier
 * version has made or changed it.
 */
export async function readServers(head: Shard): Promise<ReadonlyMap<string, number>> {
  const { redis, keys } = head;
  for (;;) {
    const replies = await redis
      .multi()
      .mget(keys.of('imports'), keys.of('serversAt'))
      .hgetall(keys.of('logonServers'))
      .exec();
    const [versions, found] = valuesOf(replies);
    const [imports, at] = versions as readonly (string | null)[];
    if ((imports ?? '0') === at)
      return new Map(
        Object.entries(found as Record<string, string>).map(([name, clients]) => [name, Number(clients)]),
      );
    await countFleet(head, imports ?? '0');
  }
}

async function countFleet(head: Shard, imports: string): Promise<void> {
  const counted = new Map<string, number>();
  for await (const page of scanHash(head, head.keys.of('fleet')))
    for (const [server, clients] of serverChanges(page.map(([, text]) => ({ known: null, text }))))
      counted.set(server, (counted.get(server) ?? 0) + clients);
  await head.run(indexServersScript, named({ imports }), ...serverList(counted));
}
