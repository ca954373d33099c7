import type { AnswerStore, KeptAnswer } from '../../shared/store/answer-store.ts';

/** @param now real time in milliseconds */
export function answerStoreOf(now: () => number): AnswerStore {
  const kept = new Map<string, { readonly until: number; readonly answer: KeptAnswer }>();
  return {
    claimAnswer: async (key, request, forMs) => {
      const found = kept.get(key);
      if (found !== undefined && found.until > now()) return found.answer;
      kept.set(key, { until: now() + forMs, answer: { request, answer: null } });
      return null;
    },
    keepAnswer: async (key, request, answer, forMs) =>
      void kept.set(key, { until: now() + forMs, answer: { request, answer } }),
    giveAnswerBack: async (key) => void kept.delete(key),
  };
}
