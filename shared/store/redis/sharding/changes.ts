import type { ChangeStore } from '../../change-store.ts';
import { changesAfter, presentEnd, type WaitingConnections, wakeLeader } from '../changes/changes.ts';
import type { RecentOf } from '../audit/recent-entries.ts';
import type { Shards } from './shards.ts';

/** Each shard has its own list of changes. */
export const changeStoreOf = (
  { all, head }: Shards,
  connections: WaitingConnections,
  recentOf: RecentOf,
): ChangeStore => ({
  nextChanges: async (number, after, waitMs) => {
    const shard = all[number];
    if (shard === undefined) throw new Error(`there is no shard ${number}`);
    if (after === null) return presentEnd(shard);
    return changesAfter(shard, { waiting: connections.of(shard), recent: recentOf(shard) }, after, waitMs);
  },
  wakeLeader: (campaign) => wakeLeader(head, campaign),
});
