import { once } from 'node:events';
import {
  countByCampaign,
  distinctChanges,
  type Change,
  type ChangeStore,
} from '../../shared/store/change-store.ts';
import type { Tables } from './tables.ts';

/** @param isEntry an audit entry says so */
export function addChange(
  { changes: { all, entries, added } }: Tables,
  change: Change,
  isEntry = false,
): void {
  all.push(change);
  entries.push(isEntry);
  added.emit('change');
}

export const changeStoreOf = (tables: Tables): ChangeStore => ({
  nextChanges: async (_shard, after, waitMs) => {
    const { all, entries, added } = tables.changes;
    const from = after === null ? all.length : Number(after);
    if (after !== null && all.length === from)
      await once(added, 'change', { signal: AbortSignal.timeout(waitMs) }).catch(() => undefined);
    const recorded = all.filter((_change, at) => at >= from && entries[at] === true);
    return {
      after: String(all.length),
      changes: distinctChanges(all.slice(from)),
      isWhole: true,
      newest: tables.audit.at(-1)?.id ?? '0-0',
      entries: countByCampaign(recorded),
    };
  },
  wakeLeader: async (campaign) => addChange(tables, { campaign, of: 'campaign' }),
});
