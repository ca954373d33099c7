import { useSignal } from '@preact/signals';
import type { Asked } from './problem.ts';

/** What came of a check. */
export interface Checked<T> {
  readonly isBusy: boolean;
  /** Null = nothing was checked yet. */
  readonly answer: Asked<T> | null;
  /** What was checked has changed since. */
  readonly isStale: boolean;
  readonly ask: (run: () => Promise<Asked<T>>) => Promise<void>;
}

/** Keeps the answer to a check of something, and knows when that something has changed since. */
export function useChecked<T>(...something: readonly unknown[]): Checked<T> {
  const isBusy = useSignal(false);
  const kept = useSignal<{ readonly of: readonly unknown[]; readonly answer: Asked<T> } | null>(null);
  const came = kept.value;
  return {
    isBusy: isBusy.value,
    answer: came?.answer ?? null,
    isStale: came !== null && something.some((each, at) => !Object.is(each, came.of[at])),
    ask: async (run) => {
      isBusy.value = true;
      kept.value = { of: something, answer: await run() };
      isBusy.value = false;
    },
  };
}
