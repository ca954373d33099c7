import type { Store } from '../../../shared/store/store.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Clients that were restarting hold their slots of a restart again. Those that waited for one are
 * looked at, and ask again.
 */
export async function putBackRestarts(store: Store, at: number, { campaigns }: Snapshot): Promise<void> {
  for (const [campaign, { campaign: known }] of campaigns) {
    const { restarts: limits } = known.definition.budgets;
    const { edition = 0 } = known;
    if (limits !== undefined) await store.checkRestarts({ campaign, edition, limits, at, isRebuild: true });
  }
}
