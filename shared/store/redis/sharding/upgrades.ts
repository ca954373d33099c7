import type { AdmissionStore, Pace } from '../../admission-store.ts';
import type { LeaderFence } from '../../leader-store.ts';
import {
  everywhere,
  findQueued,
  type IsOpen,
  type Queue,
  type Queues,
  type ShardQueues,
} from '../../queued.ts';
import { reasons } from '../../reasons.ts';
import { admit } from '../admission/admit.ts';
import { admitPaced } from '../admission/take-starts.ts';
import { queuesIn } from '../admission/queues.ts';
import { readCampaigns } from '../campaigns/campaigns.ts';
import { type Shard, sumOf, valuesOf } from '../core/shard.ts';
import { membersByName } from './members-by-name.ts';
import { formerIn } from './removals.ts';
import { byHome, eachIn, fromEach, type Shards } from './shards.ts';
import { shareBudget } from './share-budget.ts';
import { commitIdle } from '../upgrades/commit-idle.ts';
import { deliver } from '../upgrades/deliver.ts';
import { membersWaiting, readUpgrades, readWaiting, upgradesIn, waitingIn } from '../upgrades/record.ts';
import { checkRestarts } from '../restarts/check-restarts.ts';
import { commitIdleRestart, commitRestart, readRestarts, serveRestarts } from '../restarts/restarts.ts';
import { commitLimited } from '../upgrades/take-remediation.ts';
import { begin, commit, renew } from '../upgrades/upgrades.ts';
import type { Activation, Candidate } from '../../types.ts';
import type { RestartStore } from '../../restart-store.ts';
import type { UpgradeStore } from '../../upgrade-store.ts';

/** Each call goes to the client's home shard. */
export function upgradeStoreOf(shards: Shards): UpgradeStore {
  const homeOf = shards.directory.shardOf;
  return {
    readUpgrade: async (key) => (await readUpgrades(await homeOf(key.client), [key]))[0] ?? null,
    readWaiting: async (key) => readWaiting(await homeOf(key.client), key),
    waiting: (campaign) => eachIn(shards, (shard) => waitingIn(shard, campaign)),
    members: (campaign) => eachIn(shards, (shard) => membersWaiting(shard, campaign)),
    membersByName: (campaign, range, only) => membersByName(shards, campaign, range, only),
    upgrades: (campaign) => eachIn(shards, (shard) => upgradesIn(shard, campaign)),
    claimOf: async (client) => {
      const { redis, keys } = await homeOf(client);
      return redis.hget(keys.of('claims'), client);
    },
    begin: async (key, activation, owner, leaseMs, at) =>
      begin(await homeOf(key.client), { key, activation, owner, leaseMs, at }),
    commit: async (asked) => {
      const home = await homeOf(asked.key.client);
      const { head } = shards;
      return commitRestart({ head, homeOf }, asked, () =>
        commitLimited(head, asked, () => commit(home, asked)),
      );
    },
    commitIdle: async (change) => {
      const home = await homeOf(change.key.client);
      return commitIdleRestart({ head: shards.head, homeOf }, change, () => commitIdle(home, change));
    },
    renew: async (key, fence, leaseMs) => renew(await homeOf(key.client), key, fence, leaseMs),
    deliver: async (client, message, at, campaign) => {
      const home = await homeOf(client);
      const outcome = await deliver(home, client, message, at, campaign);
      return outcome ?? { kind: 'ignored', because: await whyUnclaimed(shards.head, home, client) };
    },
  };
}

export const restartStoreOf = ({ head, all, directory }: Shards): RestartStore => ({
  restarts: (campaign) => readRestarts(head, campaign),
  checkRestarts: (asked) => checkRestarts({ head, all, homeOf: directory.shardOf }, asked),
  serveRestarts: (campaign, terms, at) =>
    serveRestarts({ head, homeOf: directory.shardOf }, campaign, terms, at),
});

/**
 * Why no campaign claims a client, by the newest campaign that knows the client. One that knows a
 * former client of the same name does not count.
 */
async function whyUnclaimed(head: Shard, { redis, keys }: Shard, client: string): Promise<string> {
  const former = formerIn(await redis.hget(keys.of('former'), client));
  const names = (await readCampaigns(head))
    .map(({ campaign }) => campaign.definition.campaign)
    .filter((name) => !former.includes(name))
    .reverse();
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

export const admissionStoreOf = (shards: Shards): AdmissionStore => ({
  shareBudget: (record, isOpen) => shareBudget(shards, record, isOpen),
  queued: async (campaign, limit, isOpen = everywhere) =>
    findQueued(await queuesOf(shards, campaign, isOpen), limit),
  admit: (campaign, picks, at, leader, pace) => {
    const admitThese = (these: readonly Candidate[]) =>
      admitAtHome(shards, campaign, these, at, leader, pace);
    if (pace === undefined) return admitThese(picks);
    return admitPaced(shards.head, { campaign, at, pace, leader: leader ?? '' }, picks, admitThese);
  },
});

/** Each shard admits its own clients. The activations are in the order of the picks. */
async function admitAtHome(
  shards: Shards,
  campaign: string,
  picks: readonly Candidate[],
  at: number,
  leader?: LeaderFence,
  pace?: Pace,
): Promise<readonly Activation[]> {
  if (shards.others.length === 0) return admit(shards.head, campaign, picks, at, leader, pace);
  const parts = await byHome(shards, picks, ({ client }) => client);
  const admitted = await Promise.all(
    parts.map(([shard, own]) => admit(shard, campaign, own, at, leader, pace)),
  );
  const order = new Map(picks.map(({ client }, index) => [client, index]));
  const rankOf = ({ key }: Activation): number => order.get(key.client) ?? 0;
  return admitted.flat().sort((a, b) => rankOf(a) - rankOf(b));
}

/** The queues of a campaign in all shards. */
async function queuesOf(shards: Shards, campaign: string, isOpen: IsOpen): Promise<Queues> {
  const parts = await fromEach(shards, (shard) => queuesIn(shard, campaign, isOpen));
  return {
    quotas: parts.map(({ quota }) => quota),
    inUse: parts.map(({ inUse }) => inUse),
    perLogonServer: parts[0]?.perLogonServer ?? 0,
    maxDownloads: parts[0]?.maxDownloads ?? {},
    ...overAllOf(parts),
    downloads: parts.map(({ downloads }) => downloads),
    isStaged: parts[0]?.isStaged ?? (() => false),
    isHeld: parts[0]?.isHeld ?? (() => true),
    openWaves: parts[0]?.openWaves ?? 0,
    isRunning: parts[0]?.isRunning ?? false,
    queues: async (line) => (await Promise.all(parts.map(({ queues }) => queues(line)))).flat(),
    read: (line, queues, start, count) =>
      byShard(queues, async (shard, own) => parts[shard]?.read(line, own, start, count) ?? []),
    unclaimed: async (clients) => {
      const claims = await byShard(
        clients,
        async (shard, own) => parts[shard]?.claims(own.map(({ client }) => client)) ?? [],
      );
      return clients.filter((_, at) => claims[at] === null);
    },
  };
}

/** The limits over all campaigns, with the slots of all shards. */
function overAllOf(parts: readonly ShardQueues[]): Pick<Queues, 'overAll'> {
  const limits = parts[0]?.overAll?.limits;
  if (limits === undefined) return {};
  const slots = sumOf(parts.map(({ overAll }) => overAll?.slots ?? {}));
  return { overAll: { limits, slots } };
}

/** Asks each shard for its own at the same time. The answers are in the order of the questions. */
async function byShard<T extends Queue, R>(
  asked: readonly T[],
  ask: (shard: number, own: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const parts = Map.groupBy(asked, ({ shard }) => shard);
  const answers = await Promise.all([...parts].map(([shard, own]) => ask(shard, own)));
  const left = new Map([...parts.keys()].map((shard, at) => [shard, (answers[at] ?? []).values()]));
  return asked.flatMap(({ shard }) => {
    const next = left.get(shard)?.next();
    return next === undefined || next.done === true ? [] : [next.value];
  });
}
