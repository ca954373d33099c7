import type { ChangeStore } from '../../change-store.ts';
import { changesAfter, presentEnd, type WaitingConnections, wakeLeader } from '../changes/changes.ts';
import type { Shards } from './shards.ts';

/** Each shard has its own list of changes. */
export const changeStoreOf = ({ all, head }: Shards, connections: WaitingConnections): ChangeStore => ({
  nextChanges: async (number, after, waitMs) => {
    const shard = all[number];
    if (shard === undefined) throw new Error(`there is no shard ${number}`);
    return after === null ? presentEnd(shard) : changesAfter(shard, connections.of(shard), after, waitMs);
  },
  wakeLeader: (campaign) => wakeLeader(head, campaign),
});
