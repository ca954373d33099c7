import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { sha256 } from '../../shared/evidence.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { beforeAll, writtenEvidenceSeconds } from '../../shared/store/seal-store.ts';
import { openTestStore } from './store/open-test-store.ts';
import { headOf } from './store/seal-entries.ts';
import { entry } from './store/fixtures.ts';

it('evidence stays in Redis until it is written, then for 30 days after its last use', async () => {
  const { store, url, prefix } = await openTestStore();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => store.close());
  const redis = new Redis(url);
  stack.defer(() => redis.disconnect());
  const evidence = { sha256: sha256('said'), text: 'said' };
  const key = keysOf(prefix, 0).of('evidence', evidence.sha256);
  const release = { release: 'r', product: 'p', servicePack: 1, files: [] };
  const use = () => store.stageRelease(release, evidence, entry(''));
  await use();
  await use();
  expect(await redis.ttl(key)).toBe(-1);
  const entries = await store.auditAfter(0, beforeAll, 9);
  const sealed = headOf(null, entries);
  await store.moveSeal(0, null, sealed);
  await store.markWritten(0, sealed, [evidence.sha256, sha256('nobody said')]);
  expect(await redis.ttl(key)).toBeGreaterThan(writtenEvidenceSeconds - 60);
  await redis.expire(key, 100);
  await use();
  expect(await redis.ttl(key)).toBeGreaterThan(writtenEvidenceSeconds - 60);
  expect(await store.unwrittenEvidence(0, [evidence.sha256])).toEqual([]);
  // The text has expired and comes again. The newest file may not have it, so it is written again.
  await redis.del(key);
  await use();
  expect(await redis.ttl(key)).toBe(-1);
  expect(await store.unwrittenEvidence(0, [evidence.sha256])).toEqual([evidence]);
});

it('entries after a chain was continued from its file are sealed, also when the clock of Redis is behind', async () => {
  const { store } = await openTestStore();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => store.close());
  const release = { release: 'r', product: 'p', servicePack: 1, files: [] };
  const say = (text: string) =>
    store.stageRelease(release, { sha256: sha256(text), text }, entry('', null, text));
  await say('before');
  const entries = await store.auditAfter(0, beforeAll, 9);
  const ahead = entries.map((each) => ({ ...each, id: `${Date.now() + 60_000}-0` }));
  const sealed = headOf(null, ahead);
  expect(await store.moveSeal(0, null, sealed)).toBe(true);
  await say('after');
  const after = await store.auditAfter(0, sealed.last, 9);
  expect(after.map(({ because }) => because)).toEqual(['after']);
});
