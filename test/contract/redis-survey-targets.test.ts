import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import type { Survey } from '../../shared/domain/survey/survey.ts';
import type { LastLook } from '../../shared/domain/survey/last-look.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { at, clientOf, entry } from './store/fixtures.ts';
import { openTestStore } from './store/open-test-store.ts';
import { joinFleet } from './store/store-fixture.ts';

const survey: Omit<Survey, 'total'> = {
  survey: 'look-1',
  by: 'anna',
  at,
  what: 'two machines',
  product: 'sms-1.2',
  release: null,
  until: Date.now() + 3_600_000,
  keepsEvidence: false,
};
const stranger = clientOf('nt-9.corp.example', { role: 'server' });
const look: LastLook = {
  at,
  survey: 'look-1',
  product: 'sms-1.2',
  release: null,
  verdict: { kind: 'free' },
  remarks: [],
  campaign: null,
  evidence: null,
};

async function* targets() {
  yield { name: 'pc-1', adHoc: null };
  yield { name: stranger.client, adHoc: stranger };
}

it('a look that an earlier version asked for is made and answered, and an earlier worker reads a new one', async () => {
  const { store, url, prefix } = await openTestStore();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => store.close());
  const redis = new Redis(url);
  stack.defer(() => redis.disconnect());
  const asked = keysOf(prefix, 0).of('surveyAsked', 'look-1');
  await joinFleet(store, [{ client: 'pc-1', wave: 0, logonServer: 'LS-1' }]);
  await store.createSurvey(survey, targets(), () => entry(''));
  const keys = await store.askLooks('look-1', 9);

  // Earlier workers take these texts apart: since when, how many tries, the client.
  for (const text of Object.values(await redis.hgetall(asked))) expect(text).toMatch(/^\d+\|\d+\|/);

  await redis.hset(asked, 'pc-1', '1731787200000|2|');
  await redis.hset(asked, stranger.client, `1731787200000|0|${JSON.stringify(stranger)}`);
  for (const key of keys) {
    const client = key.name === 'pc-1' ? await store.readClient('pc-1') : stranger;
    expect(await store.readAskedLook(key)).toMatchObject({ client });
    expect(await store.putLook(key, look, null)).toBe(true);
  }
  expect(await store.lastLooks(['pc-1'])).toEqual([look]);
  expect(await store.lastLooks([stranger.client])).toEqual([null]);
});
