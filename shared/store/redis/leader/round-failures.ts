import type { RoundFailure, RoundFailureStore } from '../../round-failure-store.ts';
import type { Shard } from '../core/shard.ts';

const fieldOf = ({ campaign, round }: Pick<RoundFailure, 'campaign' | 'round'>): string =>
  `${campaign}|${round}`;

/** Lies in shard 0. Only the leader writes, and its next round mends a late write. */
export const roundFailureStoreOf = ({ redis, keys }: Shard): RoundFailureStore => ({
  roundFailures: async () => {
    const found = await redis.hvals(keys.of('roundFailures'));
    return found.map((text) => JSON.parse(text) as RoundFailure);
  },
  noteRoundFailure: async (failure) => {
    await redis.hset(keys.of('roundFailures'), fieldOf(failure), JSON.stringify(failure));
  },
  clearRoundFailure: async (failure) => {
    await redis.hdel(keys.of('roundFailures'), fieldOf(failure));
  },
});
