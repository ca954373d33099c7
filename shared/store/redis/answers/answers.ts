import type { AnswerStore, KeptAnswer } from '../../answer-store.ts';
import type { Shard } from '../core/shard.ts';

/** Answers lie in shard 0, each in a key of its own that Redis forgets. */
export const answerStoreOf = ({ redis, keys }: Shard): AnswerStore => {
  const keyOf = (key: string): string => keys.of('answer', key);
  const claim = async (key: string, text: string, forMs: number): Promise<KeptAnswer | null> => {
    if ((await redis.set(keyOf(key), text, 'PX', forMs, 'NX')) !== null) return null;
    const kept = await redis.get(keyOf(key));
    // Redis has forgotten the answer between the two commands.
    return kept === null ? claim(key, text, forMs) : (JSON.parse(kept) as KeptAnswer);
  };
  return {
    claimAnswer: (key, request, forMs) =>
      claim(key, JSON.stringify({ request, answer: null } satisfies KeptAnswer), forMs),
    keepAnswer: async (key, request, answer, forMs) => {
      await redis.set(keyOf(key), JSON.stringify({ request, answer } satisfies KeptAnswer), 'PX', forMs);
    },
    giveAnswerBack: async (key) => {
      await redis.del(keyOf(key));
    },
  };
};
