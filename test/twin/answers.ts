import type { AnswerClaim, AnswerStore, KeptAnswer } from '../../shared/store/answer-store.ts';

interface Kept {
  readonly until: number;
  /** Null = an answer is kept. */
  readonly holder: string | null;
  readonly answer: KeptAnswer;
}

/** @param now real time in milliseconds */
export function answerStoreOf(now: () => number): AnswerStore {
  const all = new Map<string, Kept>();
  const keptFor = (key: string): Kept | undefined => {
    const found = all.get(key);
    return found !== undefined && found.until > now() ? found : undefined;
  };
  const replace = (
    { key, request, holder }: AnswerClaim,
    answer: KeptAnswer['answer'],
    forMs: number,
  ): void => {
    const found = keptFor(key);
    if (found !== undefined && found.holder !== holder) return;
    const keeps = { request, answer };
    all.set(key, { until: now() + forMs, holder: answer === null ? holder : null, answer: keeps });
  };
  return {
    claimAnswer: async (claim, forMs) => {
      const found = keptFor(claim.key);
      if (found !== undefined) return found.answer;
      replace(claim, null, forMs);
      return null;
    },
    renewClaim: async (claim, forMs) => replace(claim, null, forMs),
    keepAnswer: async (claim, answer, forMs) => replace(claim, answer, forMs),
    giveAnswerBack: async ({ key, holder }) => {
      if (keptFor(key)?.holder === holder) all.delete(key);
    },
  };
}
