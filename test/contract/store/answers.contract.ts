import { describe, expect, test } from 'vitest';
import { until } from '../../fixtures/until.ts';
import type { Given } from './store-fixture.ts';

const day = 24 * 60 * 60_000;
const answer = { status: 200, type: 'application/json', body: '{"campaign":"sp4"}' };

export const answersContract = (given: Given): void => {
  describe('answers that are kept', () => {
    test('belong to the first request that claims the key, and are given to each later one', async () => {
      const { store } = given();
      const claims = await Promise.all(
        ['a', 'b', 'c'].map((request) => store.claimAnswer('key-1', request, day)),
      );
      const [first] = ['a', 'b', 'c'].filter((_, at) => claims[at] === null);
      expect(claims.filter((claim) => claim === null)).toHaveLength(1);
      const running = { request: first, answer: null };
      expect(await store.claimAnswer('key-1', 'd', day)).toEqual(running);
      await store.keepAnswer('key-1', 'a', answer, day);
      expect(await store.claimAnswer('key-1', 'd', day)).toEqual({ request: 'a', answer });
      expect(await store.claimAnswer('key-2', 'd', day)).toBeNull();
    });

    test('are claimed again after the key was given back, or its time is over', async () => {
      const { store } = given();
      expect(await store.claimAnswer('key-3', 'a', day)).toBeNull();
      await store.giveAnswerBack('key-3');
      expect(await store.claimAnswer('key-3', 'b', 1)).toBeNull();
      await until('the time is over', async () => (await store.claimAnswer('key-3', 'c', day)) === null);
    });
  });
};
