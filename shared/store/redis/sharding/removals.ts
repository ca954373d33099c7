import { nameOf } from '../../../domain/campaign/machine.ts';
import { StoreUnavailable } from '../../errors.ts';
import type { KeptClient, Removal, RemovalOutcome, RemovalStore } from '../../removal-store.ts';
import { auditFields } from '../audit/audit.ts';
import { list, scriptFile } from '../core/scripts.ts';
import { inPieces, type Shard } from '../core/shard.ts';
import { fleetSize } from '../fleet/fleet.ts';
import { hostIn } from '../fleet/fleet-text.ts';
import { formerNames } from '../fleet/former-homes.ts';
import { noteFleetNames } from '../fleet/fleet-names.ts';
import { fleetVersion, indexFleet, indexMembers } from '../fleet/machine-index.ts';
import { serverChanges, serverList } from '../fleet/server-index.ts';
import { byHome, type Shards } from './shards.ts';

/** Clients that one script looks at. */
const pieceSize = 500;
/** Losing this often in a row against other changes of the fleet does not happen by chance. */
const triesAtMost = 20;

/**
 * A removal closes the records of the clients in their home shards first: from then on no campaign
 * opens one of them again. Then shard 0 takes the clients out, unless a campaign was created
 * meanwhile. A removal that breaks off in between leaves the clients in the fleet, and repeating it
 * completes it.
 */
export const removalStoreOf = (shards: Shards): RemovalStore => ({
  keptClients: async (clients) => {
    const campaigns = await campaignNames(shards.head);
    const found: KeptClient[] = [];
    for (const piece of inPieces(clients, pieceSize))
      for (const [shard, own] of await byHome(shards, piece, (client) => client))
        found.push(...((await close(shard, own, campaigns, false)).kept ?? []));
    return found;
  },
  removeClients: (removals) => removeClients(shards, removals),
  formerCampaigns: async (client) => {
    const { redis, keys } = await shards.directory.shardOf(client);
    return formerIn(await redis.hget(keys.of('former'), client));
  },
  formerNames: (client) => formerNames(shards.head, client),
  removals: async () => Number((await shards.head.redis.get(shards.head.keys.of('removals'))) ?? 0),
});

/** The campaigns that know a former client. */
export const formerIn = (text: string | null): readonly string[] =>
  text === null || text === '' ? [] : text.split(' ');

const campaignNames = ({ redis, keys }: Shard): Promise<readonly string[]> =>
  redis.smembers(keys.of('campaigns'));

async function removeClients(shards: Shards, removals: readonly Removal[]): Promise<RemovalOutcome> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const outcome = await tryRemove(shards, removals);
    if (outcome !== null) return outcome;
  }
  throw new StoreUnavailable('the fleet is being changed by others all the time; try again');
}

/** Null when the fleet or the list of campaigns was changed meanwhile. */
async function tryRemove(shards: Shards, asked: readonly Removal[]): Promise<RemovalOutcome | null> {
  const { head } = shards;
  await indexFleet(head);
  const campaigns = await campaignNames(head);
  const removals = await present(head, asked);
  if (removals.length === 0) return { kind: 'removed', removed: 0, total: await fleetSize(head) };
  const closed: Closed[] = [];
  for (const [shard, own] of await byHome(shards, removals, ({ client }) => client)) {
    const names = own.map(({ client }) => client);
    const outcome = await close(shard, names, campaigns, true);
    if (outcome.kept !== undefined) {
      await Promise.all(closed.map(reopen));
      return { kind: 'kept', kept: outcome.kept };
    }
    closed.push({ shard, clients: names, before: outcome.before });
  }
  const { imports } = await fleetVersion(head);
  const homes = new Map(closed.flatMap(({ shard, clients }) => clients.map((each) => [each, shard.number])));
  const total = await head.run(
    removeClientsScript,
    campaigns.length,
    ...list(
      removals.flatMap(({ client, text }) => [client, text, String(homes.get(client) ?? 0), nameOf(client)]),
    ),
    ...list(removals.flatMap(({ client, text }) => indexMembers({ client, host: hostIn(client, text) }))),
    ...list(removals.flatMap(({ audit }) => auditFields(audit, null))),
    ...serverList(serverChanges(removals.map(({ text }) => ({ known: text, text: null })))),
  );
  if (Number(total) >= 0) {
    const gone = removals.map(({ client, text }) => ({ client, known: text, text: null }));
    // Where another change came in between, nothing is noted, and the next list reads the fleet.
    await noteFleetNames(head, Number(imports), gone);
    return { kind: 'removed', removed: removals.length, total: Number(total) };
  }
  await Promise.all(closed.map(reopen));
  return null;
}

interface Present extends Removal {
  /** The entry of the fleet. */
  readonly text: string;
}

/** Those that the fleet has, each once. */
async function present({ redis, keys }: Shard, asked: readonly Removal[]): Promise<readonly Present[]> {
  const each = [...new Map(asked.map((removal) => [removal.client, removal])).values()];
  if (each.length === 0) return [];
  const texts = await redis.hmget(keys.of('fleet'), ...each.map(({ client }) => client));
  return each.flatMap((removal, at) => {
    const text = texts[at] ?? null;
    return text === null ? [] : [{ ...removal, text }];
  });
}

const removeClientsScript = scriptFile(new URL('../fleet/', import.meta.url).href, 'remove-clients.lua');
const closeClientsScript = scriptFile(new URL('../fleet/', import.meta.url).href, 'close-clients.lua');

interface Closed {
  readonly shard: Shard;
  readonly clients: readonly string[];
  /** What `former` held of each. */
  readonly before: readonly string[];
}

/** Closes the records of clients of this shard, unless a campaign keeps one of them. */
async function close(
  { run }: Shard,
  clients: readonly string[],
  campaigns: readonly string[],
  closes: boolean,
): Promise<{ readonly kept?: readonly KeptClient[]; readonly before: readonly string[] }> {
  if (clients.length === 0) return { before: [] };
  const reply = await run(closeClientsScript, closes ? 1 : 0, ...list(clients), ...list(campaigns));
  const [kind, ...found] = reply as readonly string[];
  if (kind === 'closed') return { before: found };
  const kept = [...inPieces(found, 3)].map(([client = '', campaign = '', waits]) => ({
    client,
    campaign,
    waits: waits === '1',
  }));
  return { kept, before: [] };
}

/** Takes a closing back that another shard refused. */
async function reopen({ shard: { redis, keys }, clients, before }: Closed): Promise<void> {
  const pipeline = redis.pipeline();
  clients.forEach((client, at) => {
    const text = before[at] ?? '';
    if (text === '') pipeline.hdel(keys.of('former'), client);
    else pipeline.hset(keys.of('former'), client, text);
  });
  await pipeline.exec();
}
