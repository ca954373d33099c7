import type { ClientHookStore } from '../../client-hook-store.ts';
import { askHooks, forgetHookAsks, readHookAsks } from '../hooks/client-hooks.ts';
import { byHome, fromEach, type Shards } from './shards.ts';

/** Each client's home shard has its own part of the list. */
export const clientHookStoreOf = (shards: Shards): ClientHookStore => ({
  askHooks: async (campaign, asks) => {
    const parts = await byHome(shards, asks, ({ client }) => client);
    await Promise.all(parts.filter(hasOwn).map(([shard, own]) => askHooks(shard, campaign, own)));
  },
  readHookAsks: async (campaign, at, limit) => {
    const parts = await fromEach(shards, (shard) => readHookAsks(shard, campaign, at, limit));
    const due = parts.flatMap((part) => part.due).sort((a, b) => a.at - b.at);
    const next = parts.flatMap(({ nextAt }) => (nextAt === null ? [] : [nextAt]));
    return {
      due: due.slice(0, limit).map(({ client }) => client),
      nextAt: next.length === 0 ? null : Math.min(...next),
      count: parts.reduce((sum, { count }) => sum + count, 0),
    };
  },
  forgetHookAsks: async (campaign, clients) => {
    const parts = await byHome(shards, clients, (client) => client);
    await Promise.all(parts.filter(hasOwn).map(([shard, own]) => forgetHookAsks(shard, campaign, own)));
  },
});

const hasOwn = ([, own]: readonly [unknown, readonly unknown[]]): boolean => own.length > 0;
