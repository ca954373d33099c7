import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditContents } from '../../orchestrator/audit/contents/audit-contents.ts';
import { newestEntries } from '../../orchestrator/audit/newest-entries.ts';
import { auditReadAtMost } from '../../shared/store/audit-store.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { at, driven, entry, marking, picks } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { until } from '../fixtures/until.ts';
import { type SealingFixture, sealingFixture } from './sealing-fixture.ts';

const stack = new AsyncDisposableStack();
/** One of this file alone: it counts the commands that it is sent. */
let redis: Redis;
let sealing: SealingFixture;

/** A step of pc-1, then more of pc-2 than a question reads, and one of pc-1 in no file yet. */
beforeAll(async () => {
  const own = await startPrivateRedis();
  stack.defer(() => own.stop());
  const place = await openTestStore({ url: own.url, prefix: 'newest' });
  redis = new Redis(place.url);
  stack.defer(() => redis.disconnect());
  stack.defer(() => place.store.close());
  const key = keysOf(place.prefix, 0).of('audit');
  const fixture = storeFixture(place.store);
  await fixture.admitted('sp4', picks(2));
  const [newest] = await redis.xrevrange(key, '+', '-', 'COUNT', 1);
  expect(newest?.[1].join()).toContain('pc-2');
  const pipeline = redis.pipeline();
  for (let count = 0; count < auditReadAtMost + 1_000; count += 1)
    pipeline.xadd(key, '*', ...(newest?.[1] ?? []));
  await pipeline.exec();
  sealing = stack.use(sealingFixture({ store: place.store, entriesAtMost: 5_000 }));
  while (await sealing.sealer.round());
  const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
  await fixture.commit(begun, marking(begun.stored.upgrade), driven, {
    audit: entry('sp4', 'pc-1', 'the second step'),
    at,
  });
});
afterAll(async () => stack.disposeAsync());

/** What comes, and how often a stream was read from its end for it. */
async function counted<T>(work: () => Promise<T>): Promise<{ readonly came: T; readonly times: number }> {
  const before = await reads();
  const came = await work();
  return { came, times: (await reads()) - before };
}

const reads = async (): Promise<number> =>
  Number(/^cmdstat_xrevrange:calls=(\d+)/m.exec(await redis.info('commandstats'))?.[1] ?? 0);

const texts = (entries: readonly { readonly because: string }[]): readonly string[] =>
  entries.map(({ because }) => because);

const steps = ['the second step', 'admitted: a slot is free'];

describe('the newest entries of a client', () => {
  test('are found in the files, however many others came after them', async () => {
    const { store, archive } = sealing;
    const contents = new AuditContents();
    const context = { store, archive, contents };
    const { came, times } = await counted(() => newestEntries(context, 8, { client: 'pc-1' }));
    expect(texts(came)).toEqual(steps);
    expect(came).toEqual(
      (await sealing.entries())
        .filter(({ client }) => client === 'pc-1')
        .map(
          ({
            id: _i,
            version: _v,
            servpack: _s,
            beside: _e,
            shard: _n,
            block: _b,
            campaignHash: _h,
            ...own
          }) => own,
        )
        .reverse(),
    );
    expect(times).toBe(1);
    expect(texts(await newestEntries(context, 1, { client: 'pc-1' }))).toEqual(steps.slice(0, 1));
    expect(await newestEntries(context, 8, { client: 'pc-1', campaign: 'sp5' })).toEqual([]);
    const asker = { campaigns: ['sp5'], sites: [] };
    expect(texts(await newestEntries({ ...context, asker }, 8, { client: 'pc-1' }))).not.toContain(steps[1]);
  });

  test('are looked for among the newest in Redis alone where files are missing', async () => {
    const { store, archive } = sealing;
    const contents = new AuditContents();
    const part = { ...archive, files: () => [] };
    for (const known of [{}, { archive: part, contents }, { archive, contents: late(contents) }]) {
      const { came, times } = await counted(() => newestEntries({ store, ...known }, 8, { client: 'pc-1' }));
      expect(texts(came)).toEqual(steps.slice(0, 1));
      expect(times).toBeLessThanOrEqual(auditReadAtMost / 500 + 1);
    }
  });
});

/** Contents of files that are not read within the time. */
const late = (contents: AuditContents): AuditContents =>
  Object.assign(Object.create(contents) as AuditContents, {
    of: async (_archive: unknown, _shard: number, gone: AbortSignal) => {
      await until('the time is over', () => gone.aborted);
      return gone.throwIfAborted();
    },
  });
