import { describe, expect, test } from 'vitest';
import { until } from '../../fixtures/until.ts';
import type { Given } from './store-fixture.ts';

const day = 24 * 60 * 60_000;
const answer = { status: 200, type: 'application/json', body: '{"campaign":"sp4"}' };
/** The claim of a request by its own holder. */
const by = (key: string, request: string) => ({ key, request, holder: `holder of ${request}` });

export const answersContract = (given: Given): void => {
  describe('answers that are kept', () => {
    test('belong to the first request that claims the key, and are given to each later one', async () => {
      const { store } = given();
      const claims = await Promise.all(
        ['a', 'b', 'c'].map((request) => store.claimAnswer(by('key-1', request), day)),
      );
      const first = ['a', 'b', 'c'].find((_, at) => claims[at] === null) ?? '';
      expect(claims.filter((claim) => claim === null)).toHaveLength(1);
      const running = { request: first, answer: null };
      expect(await store.claimAnswer(by('key-1', 'd'), day)).toEqual(running);
      await store.keepAnswer(by('key-1', first), answer, day);
      expect(await store.claimAnswer(by('key-1', 'd'), day)).toEqual({ request: first, answer });
      expect(await store.claimAnswer(by('key-2', 'd'), day)).toBeNull();
    });

    test('are claimed again after the key was given back, or its time is over', async () => {
      const { store } = given();
      expect(await store.claimAnswer(by('key-3', 'a'), day)).toBeNull();
      await store.giveAnswerBack(by('key-3', 'a'));
      expect(await store.claimAnswer(by('key-3', 'b'), 1)).toBeNull();
      await until('the time is over', async () => (await store.claimAnswer(by('key-3', 'c'), day)) === null);
    });

    test('stay with a holder that renews its claim, until another one has taken the key', async () => {
      const { store } = given();
      expect(await store.claimAnswer(by('key-4', 'a'), 1)).toBeNull();
      // Whether its time was over or not.
      await store.renewClaim(by('key-4', 'a'), day);
      expect(await store.claimAnswer(by('key-4', 'b'), day)).toEqual({ request: 'a', answer: null });
      for (const change of [
        () => store.renewClaim(by('key-4', 'b'), 1),
        () => store.keepAnswer(by('key-4', 'b'), answer, day),
        () => store.giveAnswerBack(by('key-4', 'b')),
        // The same request, done by another one.
        () => store.giveAnswerBack({ ...by('key-4', 'a'), holder: 'b' }),
      ]) {
        await change();
        expect(await store.claimAnswer(by('key-4', 'c'), day)).toEqual({ request: 'a', answer: null });
      }
      await store.keepAnswer(by('key-4', 'a'), answer, day);
      await store.renewClaim(by('key-4', 'a'), day);
      await store.giveAnswerBack(by('key-4', 'a'));
      expect(await store.claimAnswer(by('key-4', 'c'), day)).toEqual({ request: 'a', answer });
    });
  });
};
