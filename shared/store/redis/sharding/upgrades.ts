import { reasons } from '../../reasons.ts';
import type { UpgradeStore } from '../../upgrade-store.ts';
import { readCampaigns } from '../campaigns/campaigns.ts';
import { type Shard, valuesOf } from '../core/shard.ts';
import { commitIdle } from '../upgrades/commit-idle.ts';
import { deliver } from '../upgrades/deliver.ts';
import { readUpgrades, readWaiting, upgradesIn, waitingIn } from '../upgrades/record.ts';
import { begin, commit, renew } from '../upgrades/upgrades.ts';
import { eachIn, type Shards } from './shards.ts';

/** Each call goes to the client's home shard. */
export function upgradeStoreOf(shards: Shards): UpgradeStore {
  const homeOf = shards.directory.shardOf;
  return {
    readUpgrade: async (key) => (await readUpgrades(await homeOf(key.client), [key]))[0] ?? null,
    readWaiting: async (key) => readWaiting(await homeOf(key.client), key),
    waiting: (campaign) => eachIn(shards, (shard) => waitingIn(shard, campaign)),
    upgrades: (campaign) => eachIn(shards, (shard) => upgradesIn(shard, campaign)),
    claimOf: async (client) => {
      const { redis, keys } = await homeOf(client);
      return redis.hget(keys.of('claims'), client);
    },
    begin: async (key, activation, owner, leaseMs, at) =>
      begin(await homeOf(key.client), { key, activation, owner, leaseMs, at }),
    commit: async (asked) => commit(await homeOf(asked.key.client), asked),
    commitIdle: async (change) => commitIdle(await homeOf(change.key.client), change),
    renew: async (key, fence, leaseMs) => renew(await homeOf(key.client), key, fence, leaseMs),
    deliver: async (client, message, at, campaign) => {
      const home = await homeOf(client);
      const outcome = await deliver(home, client, message, at, campaign);
      return outcome ?? { kind: 'ignored', because: await whyUnclaimed(shards.head, home, client) };
    },
  };
}

/** Why no campaign claims a client, by the newest campaign that knows the client. */
async function whyUnclaimed(head: Shard, { redis, keys }: Shard, client: string): Promise<string> {
  const names = (await readCampaigns(head)).map(({ campaign }) => campaign.definition.campaign).reverse();
  const pipeline = redis.pipeline();
  for (const name of names) pipeline.hget(keys.of('members', name), client);
  const members = valuesOf(await pipeline.exec()) as (string | null)[];
  const isKnown = await head.redis.hexists(head.keys.of('fleet'), client);
  const find = (isIt: (member: string) => boolean): string | undefined =>
    names.find((_, at) => members[at] !== null && isIt(members[at] ?? ''));
  const waits = find((member) => member !== '');
  if (waits !== undefined) return reasons.waits(client, waits);
  const settled = find((member) => member === '');
  if (settled !== undefined) return reasons.hasSettled(client, settled);
  return isKnown === 1 ? reasons.inNoCampaign(client) : reasons.unknownClient(client);
}
