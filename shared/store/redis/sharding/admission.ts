import type { AdmissionStore } from '../../admission-store.ts';
import type { LeaderFence } from '../../leader-store.ts';
import { everywhere, findQueued, type IsOpen, type Queue, type Queues } from '../../queued.ts';
import type { Activation, Candidate } from '../../types.ts';
import { admit } from '../admission/admit.ts';
import { queuesIn } from '../admission/queues.ts';
import { shareBudget } from './share-budget.ts';
import { byHome, fromEach, type Shards } from './shards.ts';

export const admissionStoreOf = (shards: Shards): AdmissionStore => ({
  shareBudget: (record, isOpen) => shareBudget(shards, record, isOpen),
  queued: async (campaign, limit, isOpen = everywhere) =>
    findQueued(await queuesOf(shards, campaign, isOpen), limit),
  admit: (campaign, picks, at, leader) => admitAtHome(shards, campaign, picks, at, leader),
});

/** Each shard admits its own clients. The activations are in the order of the picks. */
async function admitAtHome(
  shards: Shards,
  campaign: string,
  picks: readonly Candidate[],
  at: number,
  leader?: LeaderFence,
): Promise<readonly Activation[]> {
  if (shards.others.length === 0) return admit(shards.head, campaign, picks, at, leader);
  const parts = await byHome(shards, picks, ({ client }) => client);
  const admitted = await Promise.all(parts.map(([shard, own]) => admit(shard, campaign, own, at, leader)));
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
    downloads: parts.map(({ downloads }) => downloads),
    isStaged: parts[0]?.isStaged ?? (() => false),
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
