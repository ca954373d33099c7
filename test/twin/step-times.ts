import { type StepTimeStore, stepTimesAtMost } from '../../shared/store/step-time-store.ts';
import type { Tables } from './tables.ts';

export const stepTimeStoreOf = (tables: Tables): StepTimeStore => ({
  noteStepTime: async (product, step, ms) => {
    const known = tables.stepTimes.get(product) ?? {};
    const kept = [Math.round(ms), ...(known[step] ?? [])].slice(0, stepTimesAtMost);
    tables.stepTimes.set(product, { ...known, [step]: kept });
  },
  stepTimes: async (product) => tables.stepTimes.get(product) ?? {},
});
