import { once } from 'node:events';
import { distinctChanges, type Change, type ChangeStore } from '../../shared/store/change-store.ts';
import type { Tables } from './tables.ts';

export function addChange({ changes: { all, added } }: Tables, change: Change): void {
  all.push(change);
  added.emit('change');
}

export const changeStoreOf = (tables: Tables): ChangeStore => ({
  nextChanges: async (_shard, after, waitMs) => {
    const { all, added } = tables.changes;
    const from = after === null ? all.length : Number(after);
    if (after !== null && all.length === from)
      await once(added, 'change', { signal: AbortSignal.timeout(waitMs) }).catch(() => undefined);
    return { after: String(all.length), changes: distinctChanges(all.slice(from)), isWhole: true };
  },
  wakeLeader: async (campaign) => addChange(tables, { campaign, of: 'campaign' }),
});
