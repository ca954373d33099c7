import { clientOfKey, type NameRange } from '../../name-order.ts';
import type { MemberFound, MemberKind, MemberPage } from '../../upgrade-store.ts';
import { waitingPick } from '../campaigns/campaigns.ts';
import { readMemberNames } from '../campaigns/member-names.ts';
import type { Shard } from '../core/shard.ts';
import { readUpgrades } from '../upgrades/record.ts';
import { fromEach, type Shards } from './shards.ts';

/** A client with the shard that knows it. */
interface Named {
  readonly key: string;
  readonly shard: Shard;
}

/** Clients in the order of their names: the first ones of all shards together. */
export async function membersByName(
  shards: Shards,
  campaign: string,
  range: NameRange,
  only?: MemberKind,
): Promise<MemberPage> {
  const more = { ...range, limit: range.limit + 1 };
  const all = await fromEach(shards, async (shard) =>
    (await readMemberNames(shard, campaign, more)).map((key): Named => ({ key, shard })),
  );
  const named = all.length === 1 ? (all[0] ?? []) : all.flat().sort(byKey);
  const asked = named.slice(0, range.limit);
  const parts = Map.groupBy(asked, ({ shard }) => shard);
  const found = new Map<string, MemberFound>();
  const read = async ([shard, own]: [Shard, readonly Named[]]): Promise<void> => {
    const clients = own.map(({ key }) => clientOfKey(key));
    for (const [client, member] of await membersIn(shard, campaign, clients, only)) found.set(client, member);
  };
  await Promise.all([...parts].map(read));
  return {
    members: asked.flatMap(({ key }) => found.get(clientOfKey(key)) ?? []),
    read: asked.length,
    through: named.length > range.limit ? (asked.at(-1)?.key ?? null) : null,
  };
}

const byKey = (a: Named, b: Named): number => (a.key < b.key ? -1 : 1);

/** One that has left since its name was read is not found. */
async function membersIn(
  shard: Shard,
  campaign: string,
  clients: readonly string[],
  only?: MemberKind,
): Promise<readonly (readonly [client: string, found: MemberFound])[]> {
  const members = await shard.redis.hmget(shard.keys.of('members', campaign), ...clients);
  const picks = clients.map((client, at) => waitingPick(client, members[at] ?? ''));
  const recorded = only === 'waiting' ? [] : clients.filter((_, at) => members[at] === '');
  const records = await readUpgrades(
    shard,
    recorded.map((client) => ({ campaign, client })),
  );
  const waiting = only === 'admitted' ? [] : picks.filter((pick) => pick !== null);
  return [
    ...waiting.map((pick) => [pick.client, { kind: 'waiting', pick }] as const),
    ...records.flatMap((stored) =>
      stored === null ? [] : [[stored.key.client, { kind: 'admitted', stored }] as const],
    ),
  ];
}
