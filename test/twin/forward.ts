import type { Forwarded, ForwardStore } from '../../shared/store/forward-store.ts';
import { isDeposed } from './leader.ts';
import type { Tables } from './tables.ts';

export const forwardStoreOf = (tables: Tables): ForwardStore => {
  const positions = new Map<number, Forwarded>();
  return {
    readForwarded: async (shard) => positions.get(shard) ?? null,
    commitForwarded: async (shard, before, next, leader) => {
      if (isDeposed(tables, leader)) return false;
      const found = positions.get(shard) ?? null;
      if (found?.after !== before?.after || found?.sending !== before?.sending) return false;
      positions.set(shard, next);
      return true;
    },
  };
};
