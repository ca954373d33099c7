import { copyFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditContents } from '../../orchestrator/audit/contents/audit-contents.ts';
import { type PartToScan, scanFile } from '../../orchestrator/audit/contents/scan-file.ts';
import { type EntryFilter, fits } from '../../orchestrator/audit/entry-filter.ts';
import { readEvidence } from '../../orchestrator/audit/evidence.ts';
import { readEntries } from '../../orchestrator/audit/read.ts';
import { sha256 } from '../../shared/evidence.ts';
import { picks } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { type SealingFixture, sealingFixture, steps } from './sealing-fixture.ts';

/** Clients whose names have what JSON escapes, and one that is part of another. */
const clients = ['pc-1', 'pc-10', 'pc "7"', 'pc\\8', 'pc-é'];

const picksOf = (names: readonly string[]) =>
  picks(names.length).map((pick, at) => ({ ...pick, client: names[at] ?? '' }));

let sealing: SealingFixture;

/** Several files of several blocks each, and entries that are not sealed yet. */
beforeAll(async () => {
  sealing = sealingFixture({ entriesAtMost: 3, fileBytesAtMost: 4_000 });
  const fixture = storeFixture(sealing.store);
  await fixture.admitted('sp4', picksOf(clients));
  await sealing.sealer.round();
  await steps(sealing.store, 9);
  await sealing.sealer.round();
  await fixture.admitted('sp5', picksOf(['a', 'b', 'c', 'd', 'e', 'f']));
  await sealing.sealer.round();
  await steps(sealing.store, 2, 'late');
});
afterAll(() => sealing[Symbol.dispose]());

const filters: readonly EntryFilter[] = [
  { isOfNoClient: true },
  { campaign: 'sp4', isOfNoClient: true },
  { campaign: 'sp6', isOfNoClient: true },
  ...[...clients, 'pc-3', ''].flatMap((client) => [
    { client },
    { client, orNoClient: true },
    { client, campaign: 'sp4' },
  ]),
];

const narrow = (filter: EntryFilter, contents?: AuditContents) =>
  Array.fromAsync(readEntries(sealing.store, sealing.archive, filter, { contents }));

/** The same, by reading everything. */
const wanted = async (filter: EntryFilter) =>
  (await sealing.entries()).filter((entry) => fits(entry, filter));

/** Contents that note which parts of the files they read. */
function noting(options: ConstructorParameters<typeof AuditContents>[0] = {}) {
  const parts: PartToScan[] = [];
  const scan = async (part: PartToScan) => {
    parts.push(part);
    return scanFile(part);
  };
  return { parts, contents: new AuditContents({ smallPartBytes: 0, scan, ...options }) };
}

describe('entries of a client, and of none', () => {
  test('are those that a reading of everything finds', async () => {
    expect(sealing.files().length).toBeGreaterThan(2);
    const { contents } = noting({ partBytes: 1 });
    const forgetful = new AuditContents({ nameBytesAtMost: 0 });
    for (const filter of filters) {
      const all = await wanted(filter);
      for (const known of [undefined, contents, forgetful]) expect(await narrow(filter, known)).toEqual(all);
    }
    expect(await wanted({ client: 'pc "7"' })).not.toEqual([]);
  });

  test('need what was read before no second time, and then only what was sealed since', async () => {
    const { parts, contents } = noting();
    await narrow({ client: 'pc-1' }, contents);
    expect(parts.map(({ path }) => path)).toEqual(sealing.files());
    parts.length = 0;
    for (const filter of filters) await narrow(filter, contents);
    expect(parts).toEqual([]);
    await steps(sealing.store, 1, 'later');
    await sealing.sealer.round();
    expect(await narrow({ isOfNoClient: true }, contents)).toEqual(await wanted({ isOfNoClient: true }));
    expect(parts.filter(({ from }) => from === 0).length).toBeLessThanOrEqual(1);
    expect(parts.length).toBeLessThanOrEqual(2);
  });

  test('are read from the begin of a file that stands in the place of another one', async () => {
    using other = sealingFixture();
    await steps(other.store, 30, 'other');
    await other.sealer.round();
    using own = sealingFixture();
    await steps(own.store, 3);
    await own.sealer.round();
    const contents = new AuditContents();
    const [path = ''] = own.files();
    expect((await contents.of(own.archive, 0))[0]?.blocks[0]?.ofNoClient).toHaveLength(3);
    copyFileSync(other.files()[0] ?? '', path);
    expect((await contents.of(own.archive, 0))[0]?.blocks[0]?.ofNoClient).toHaveLength(30);
  });
});

test('files that are put aside while others are read are known, too', async () => {
  using own = sealingFixture({ entriesAtMost: 3, fileBytesAtMost: 1_000 });
  await steps(own.store, 9);
  await own.sealer.round();
  const before = own.files().length;
  let isFirst = true;
  const contents = new AuditContents({
    smallPartBytes: 0,
    scan: async (part) => {
      if (isFirst) {
        isFirst = false;
        await steps(own.store, 6);
        await own.sealer.round();
      }
      return scanFile(part);
    },
  });
  const known = await contents.of(own.archive, 0);
  expect(own.files().length).toBeGreaterThan(before);
  expect(known).toEqual(await new AuditContents().of(own.archive, 0));
});

test('a reading ends when its caller has gone, and goes on for others who wait for it', async () => {
  const gone = new AbortController();
  const reason = new Error('gone');
  const parts: PartToScan[] = [];
  const contents = new AuditContents({
    smallPartBytes: 0,
    partBytes: 1,
    scan: async (part) => {
      parts.push(part);
      if (parts.length === 2) gone.abort(reason);
      return scanFile(part);
    },
  });
  const { archive } = sealing;
  await expect(contents.of(archive, 0, gone.signal)).rejects.toBe(reason);
  expect(parts).toHaveLength(2);
  const both = [contents.of(archive, 0), contents.of(archive, 0)];
  const [one, other] = await Promise.all(both);
  expect(one).toEqual(other);
  expect(one).toEqual(await new AuditContents().of(archive, 0));
  expect(new Set(parts.map(({ path, from }) => `${path} ${from}`)).size).toBe(parts.length);
});

test('evidence that Redis has no more is found in the files', async () => {
  const texts = ['step 0', 'step 8'];
  const { contents } = noting();
  const store = { ...sealing.store, readEvidence: async () => null };
  const hashes = [...texts, 'never'].map(sha256);
  const found = await readEvidence(store, sealing.archive, hashes, { contents });
  expect(found).toEqual(new Map(texts.map((text) => [sha256(text), text])));
});
