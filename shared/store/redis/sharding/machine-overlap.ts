import { type Twin, TwinFinder } from '../../../domain/campaign/machine.ts';
import type { Overlap } from '../../campaign-store.ts';
import { overlapOf } from '../campaigns/campaigns.ts';
import { inPieces } from '../core/shard.ts';
import { hostIn } from '../fleet/fleet-text.ts';
import { indexFleet, possibleTwins } from '../fleet/machine-index.ts';
import { membersIn } from '../upgrades/record.ts';
import { byHome, type Shards } from './shards.ts';

interface Member {
  readonly client: string;
  readonly host: string;
}

/**
 * Clients of this campaign whose machine another campaign at work drives under another id. No
 * import makes two clients of one machine, but a fleet of an earlier version may have some, and a
 * check-in may give a client the address that another one had.
 */
export async function machineOverlap(
  shards: Shards,
  campaign: string,
  others: readonly string[],
  limit: number,
): Promise<readonly Overlap[]> {
  const own = new TwinFinder();
  for await (const page of membersOf(shards, campaign)) for (const member of page) own.add(member);
  const found: Overlap[] = [];
  for (const other of others) {
    for await (const page of membersOf(shards, other)) {
      const twins = page.map((member) => own.twinOf(member)).filter((twin) => twin !== null);
      found.push(...(await unsettledTwins(shards, other, twins)));
      if (found.length >= limit) return found.slice(0, limit);
    }
  }
  return found;
}

/** The same for these clients alone, also where the other campaign has the same id. */
export async function clientOverlap(
  shards: Shards,
  clients: readonly string[],
  others: readonly string[],
): Promise<readonly Overlap[]> {
  if (others.length === 0 || clients.length === 0) return [];
  const homes = await byHome(shards, clients, (client) => client);
  const same = (await Promise.all(homes.map(([shard, own]) => overlapOf(shard, own, others)))).flat();
  await indexFleet(shards.head);
  const members = await withHosts(shards, clients);
  const own = new TwinFinder();
  for (const member of members) own.add(member);
  const twins = (await possibleTwins(shards.head, members))
    .map(([client, text]) => own.twinOf({ client, host: hostIn(client, text) }))
    .filter((twin) => twin !== null);
  const found = await Promise.all(others.map((other) => unsettledTwins(shards, other, twins)));
  return [...same, ...found.flat()];
}

/** The members of a campaign with their hosts, page by page. */
async function* membersOf(shards: Shards, campaign: string): AsyncGenerator<readonly Member[]> {
  for (const shard of shards.all) {
    for await (const page of membersIn(shard, campaign))
      for (const piece of inPieces(page, 1_000))
        yield await withHosts(
          shards,
          piece.map(([client]) => client),
        );
  }
}

async function withHosts({ head }: Shards, clients: readonly string[]): Promise<readonly Member[]> {
  const texts = await head.redis.hmget(head.keys.of('fleet'), ...clients);
  return clients.flatMap((client, at) => {
    const text = texts[at] ?? null;
    return text === null ? [] : [{ client, host: hostIn(client, text) }];
  });
}

/** Those of the twins that are unsettled in this campaign. */
async function unsettledTwins(
  shards: Shards,
  campaign: string,
  twins: readonly Twin[],
): Promise<readonly Overlap[]> {
  if (twins.length === 0) return [];
  const homes = await byHome(shards, twins, ({ client }) => client);
  const found = await Promise.all(
    homes.map(([shard, own]) =>
      overlapOf(
        shard,
        own.map(({ client }) => client),
        [campaign],
      ),
    ),
  );
  const unsettled = new Set(found.flat().map(({ client }) => client));
  return twins
    .filter(({ client }) => unsettled.has(client))
    .map(({ client, other }) => ({ client: other, campaign, twin: client }));
}
