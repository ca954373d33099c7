import type { LeaderContext } from '../context.ts';

/**
 * Tells the shards that missed the last write how each campaign stands, before anything else is
 * decided about it.
 */
export async function repairReplicas({ store, log }: LeaderContext): Promise<void> {
  for (const campaign of await store.repairReplicas())
    log.info({ campaign }, 'all shards know its state again');
}
