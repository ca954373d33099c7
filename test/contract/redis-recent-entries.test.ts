import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { openRecentEntries, type StreamEntry } from '../../shared/store/redis/audit/recent-entries.ts';
import { beforeAll } from '../../shared/store/seal-store.ts';
import type { Store } from '../../shared/store/store.ts';
import { entry } from './store/fixtures.ts';
import { openTestStore } from './store/open-test-store.ts';

async function opened(stack: AsyncDisposableStack) {
  const { store, url, prefix } = await openTestStore();
  stack.defer(() => store.close());
  const redis = new Redis(url);
  stack.defer(() => redis.disconnect());
  return { store, redis, stream: keysOf(prefix, 0).of('audit') };
}

const release = { release: 'r', product: 'p', servicePack: 1, files: [] };

async function say(store: Store, ...texts: readonly string[]): Promise<void> {
  for (const text of texts)
    await store.stageRelease(release, { sha256: 'a'.repeat(64), text: 'said' }, entry('', null, text));
}

/** A store that has followed three entries; they come after the id `first`. */
async function followed(stack: AsyncDisposableStack) {
  const begun = await opened(stack);
  const { after } = await begun.store.nextChanges(0, null, 1);
  await say(begun.store, 'one', 'two', 'three');
  await begun.store.nextChanges(0, after, 1);
  return { ...begun, first: after.split(' ')[0] ?? '' };
}

const said = (entries: readonly { readonly because: string }[]) => entries.map(({ because }) => because);

describe('entries to seal', () => {
  it('are all of the audit, whether they were followed or not', async () => {
    await using stack = new AsyncDisposableStack();
    const { store } = await opened(stack);
    await say(store, 'before');
    const { after } = await store.nextChanges(0, null, 1);
    await say(store, 'one', 'two');
    await store.nextChanges(0, after, 1);
    await say(store, 'three');
    expect(said(await store.entriesToSeal(0, beforeAll, 9))).toEqual(['before', 'one', 'two', 'three']);
    const [first = ''] = after.split(' ');
    expect(await store.entriesToSeal(0, first, 9)).toEqual(await store.auditAfter(0, first, 9));
    for (const limit of [1, 2, 3])
      expect(said(await store.entriesToSeal(0, first, limit))).toEqual(
        ['one', 'two', 'three'].slice(0, limit),
      );
  });

  it('are not sent again by Redis once they were followed', async () => {
    await using stack = new AsyncDisposableStack();
    const { store, redis, stream, first } = await followed(stack);
    // Redis has the last one only: asked for the others it has nothing to send.
    const ids = (await redis.xrange(stream, '-', '+')).map(([id]) => id);
    await redis.xdel(stream, ...ids.slice(0, 2));
    expect(said(await store.entriesToSeal(0, first, 9))).toEqual(['one', 'two', 'three']);
  });

  it('are what Redis has, where it has lost the end of what was followed', async () => {
    await using stack = new AsyncDisposableStack();
    const { store, redis, stream, first } = await followed(stack);
    const ids = (await redis.xrange(stream, '-', '+')).map(([id]) => id);
    // As after a failover: the replica had the beginning of the stream.
    await redis.xdel(stream, ids.at(-1) ?? '');
    await say(store, 'four');
    expect(said(await store.entriesToSeal(0, first, 9))).toEqual(['one', 'two', 'four']);
    expect(said(await store.entriesToSeal(0, first, 3))).toEqual(['one', 'two', 'four']);
  });
});

describe('recent entries', () => {
  const entries = (from: number, to: number): readonly StreamEntry[] =>
    Array.from({ length: to - from + 1 }, (_, at) => [`${from + at}-0`, ['p', `text ${from + at}`]]);
  const ids = (found: readonly StreamEntry[]) => found.map(([id]) => Number.parseInt(id, 10));

  it('are kept across pages that follow each other, and answer from any entry on', () => {
    const recent = openRecentEntries();
    recent.keep('0-0', entries(1, 3));
    recent.keep('3-0', []);
    recent.keep('3-0', entries(4, 6));
    expect(ids(recent.above('0-0', 9))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(ids(recent.above('3-0', 2))).toEqual([4, 5]);
    expect(recent.above('6-0', 9)).toEqual([]);
  });

  it('begin again after a gap', () => {
    const recent = openRecentEntries();
    recent.keep('0-0', entries(1, 3));
    recent.keep('7-0', entries(8, 9));
    expect(recent.above('0-0', 9)).toEqual([]);
    expect(recent.above('3-0', 9)).toEqual([]);
    expect(ids(recent.above('7-0', 9))).toEqual([8, 9]);
  });

  it('do not answer from an id that they do not know', () => {
    const recent = openRecentEntries();
    expect(recent.above('0-0', 9)).toEqual([]);
    recent.keep('4-0', entries(5, 6));
    for (const id of ['0-0', '4-1', '9-0']) expect(recent.above(id, 9)).toEqual([]);
    recent.forget();
    expect(recent.above('4-0', 9)).toEqual([]);
  });

  it('lose the oldest where there are many', () => {
    const recent = openRecentEntries();
    for (let page = 0; page < 10; page += 1)
      recent.keep(`${page * 1_000}-0`, entries(page * 1_000 + 1, (page + 1) * 1_000));
    expect(recent.above('0-0', 9)).toEqual([]);
    expect(ids(recent.above('9999-0', 9))).toEqual([10_000]);
    const left = recent.above('5000-0', 9_999);
    expect(ids(left)).toEqual(ids(entries(5_001, 10_000)));
  });
});
