import { describe, expect, test } from 'vitest';
import { stepTimesAtMost } from '../../../shared/store/step-time-store.ts';
import type { Given } from './store-fixture.ts';

export const stepTimesContract = (given: Given): void => {
  describe('the durations of steps', () => {
    test('are kept by product and step, the newest first', async () => {
      const { store } = given();
      expect(await store.stepTimes('sms-1.2')).toEqual({});
      await store.noteStepTime('sms-1.2', 'relocation', 1_500);
      await store.noteStepTime('sms-1.2', 'relocation', 900.4);
      await store.noteStepTime('sms-1.2', 'mark', 10);
      await store.noteStepTime('agent', 'mark', 20);
      expect(await store.stepTimes('sms-1.2')).toEqual({ relocation: [900, 1_500], mark: [10] });
      expect(await store.stepTimes('agent')).toEqual({ mark: [20] });
    });

    test('are bounded: the oldest go', async () => {
      const { store } = given();
      for (let n = 0; n < stepTimesAtMost + 3; n += 1) await store.noteStepTime('sms-1.2', 'mark', n);
      const { mark = [] } = await store.stepTimes('sms-1.2');
      expect([mark.length, mark[0], mark.at(-1)]).toEqual([stepTimesAtMost, stepTimesAtMost + 2, 3]);
    });
  });
};
