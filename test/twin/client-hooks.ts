import type { ClientHookStore } from '../../shared/store/client-hook-store.ts';
import { compare, type Tables } from './tables.ts';

export const clientHookStoreOf = (tables: Tables): ClientHookStore => ({
  askHooks: async (campaign, asks) => {
    const known = tables.hookAsks.get(campaign) ?? new Map<string, number>();
    for (const { client, at } of asks) known.set(client, at);
    tables.hookAsks.set(campaign, known);
  },
  readHookAsks: async (campaign, at, limit) => {
    const all = [...(tables.hookAsks.get(campaign) ?? [])].sort((a, b) => a[1] - b[1] || compare(a[0], b[0]));
    const due = all.filter(([, since]) => since <= at);
    return {
      due: due.slice(0, limit).map(([client]) => client),
      nextAt: all[due.length]?.[1] ?? null,
      count: all.length,
    };
  },
  forgetHookAsks: async (campaign, clients) => {
    for (const client of clients) tables.hookAsks.get(campaign)?.delete(client);
  },
});
