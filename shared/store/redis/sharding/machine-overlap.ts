import { TwinFinder } from '../../../domain/campaign/machine.ts';
import type { Overlap } from '../../campaign-store.ts';
import { overlapOf } from '../campaigns/campaigns.ts';
import { inPieces } from '../core/shard.ts';
import { hostIn } from '../fleet/fleet-text.ts';
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
      const unsettled = await unsettledIn(
        shards,
        other,
        twins.map(({ client }) => client),
      );
      for (const twin of twins)
        if (unsettled.has(twin.client))
          found.push({ client: twin.other, campaign: other, twin: twin.client });
      if (found.length >= limit) return found.slice(0, limit);
    }
  }
  return found;
}

/** The members of a campaign with their hosts, page by page. */
async function* membersOf({ all, head }: Shards, campaign: string): AsyncGenerator<readonly Member[]> {
  for (const shard of all) {
    for await (const page of membersIn(shard, campaign))
      for (const piece of inPieces(page, 1_000)) {
        const clients = piece.map(([client]) => client);
        const texts = await head.redis.hmget(head.keys.of('fleet'), ...clients);
        yield clients.flatMap((client, at) => {
          const text = texts[at] ?? null;
          return text === null ? [] : [{ client, host: hostIn(client, text) }];
        });
      }
  }
}

async function unsettledIn(
  shards: Shards,
  campaign: string,
  clients: readonly string[],
): Promise<ReadonlySet<string>> {
  if (clients.length === 0) return new Set();
  const homes = await byHome(shards, clients, (client) => client);
  const found = await Promise.all(homes.map(([shard, own]) => overlapOf(shard, own, [campaign])));
  return new Set(found.flat().map(({ client }) => client));
}
