import { everything } from './news.ts';
import type { Round } from './repeat.ts';

/**
 * Repeats the last write of each campaign on the shards that missed it. A write of a head is
 * news, and a run that fails is repeated.
 */
export const repairReplicas: Round = {
  name: 'replicas',
  run: async ({ store, log }, news = everything) => {
    if (!news.everything && news.campaigns.size === 0) return;
    for (const campaign of await store.repairReplicas())
      log.info({ campaign }, 'all shards know its state again');
  },
};
