import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { verifyAgainst, verifyPaths } from '../../orchestrator/audit/verify.ts';
import { systemClock } from '../../shared/clock.ts';
import { everyClient, revokedTo } from '../../shared/store/check-in-store.ts';
import { clientOf, entry, picks } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { linesOf, withFileHashes, withHeads, writeLines } from './forge.ts';
import { sealingFixture, type SealingFixture, steps } from './sealing-fixture.ts';

const golden = join(import.meta.dirname, 'golden/small-campaign.jsonl');

/** Two blocks with every kind of attachment, the second with revoked tokens. */
async function sealedFleet(): Promise<SealingFixture> {
  const sealing = sealingFixture();
  onTestFinished(() => sealing[Symbol.dispose]());
  const { store } = sealing;
  const release = { release: 'sms-1.2-sp4', product: 'sms-1.2', servicePack: 4, files: [] };
  await store.importFleet([clientOf('pc-1'), clientOf('pc-2')], { ...entry(''), to: 'imported' });
  await store.stageRelease(release, null, { ...entry(''), to: 'staged' });
  await storeFixture(store).admitted('sp4', picks(2));
  await sealing.sealer.round();
  await store.raiseGeneration('pc-2', 3, { ...entry('', 'pc-2'), to: revokedTo });
  await store.raiseGeneration(everyClient, 2, { ...entry(''), to: revokedTo });
  await sealing.sealer.round();
  return sealing;
}

const forgeries: readonly (readonly [what: string, from: string, to: string])[] = [
  ['the host of a client', '["pc-1","pc-1.corp.example"', '["pc-1","evil.example"'],
  ['a revoked token', '"pc-2":3', '"pc-2":1'],
  ['the manifest of a release', '"servicePack":4,"files":[]', '"servicePack":5,"files":[]'],
  ['a record', '"state":{"phase":"looking"}', '"state":{"phase":"marking"}'],
  ['a campaign', '"openWaves":9', '"openWaves":8'],
  ['the clients of a campaign', '"clients":["pc-1","pc-2"]', '"clients":["pc-1","pc-9"]'],
];

/** Changes the text wherever it stands in the newest file. */
const forge = (path: string, [, from, to]: (typeof forgeries)[number], rehash: typeof withHeads): boolean => {
  const lines = linesOf(path);
  const forged = lines.map((line) => line.replaceAll(from, to));
  writeLines(path, rehash(forged));
  return forged.some((line, at) => line !== lines[at]);
};

describe('a line beside the entries', () => {
  test.each(forgeries)(
    'that was changed is found although every file hash was computed again: %s',
    async (...forgery) => {
      const sealing = await sealedFleet();
      const [path = ''] = sealing.files();
      expect((await sealing.verify()).faults).toEqual([]);
      expect(forge(path, forgery, withFileHashes)).toBe(true);
      expect((await sealing.verify()).faults[0]?.says).toContain('are not those that were sealed');
      const after = createMemoryStore(Date.now);
      expect(await rebuild(after, systemClock, [path])).toMatchObject({
        error: { code: 'rebuild.notWhole' },
      });
      expect(await after.isEmpty()).toBe(true);
    },
  );

  test.each(forgeries)(
    'that was changed is found by a logged head although the whole chain was computed again: %s',
    async (...forgery) => {
      const sealing = await sealedFleet();
      const [path = ''] = sealing.files();
      const { head } = await sealing.store.readSeal(0);
      const log = join(sealing.folder, 'orchestrator.log');
      writeLines(log, [
        '{"level":30,"msg":"orchestrator runs"}',
        'no JSON, but: audit sealed',
        JSON.stringify({ shard: 0, block: head?.number, head: head?.head, msg: 'audit sealed' }),
      ]);
      expect(await verifyAgainst([path], [log])).toMatchObject({ value: { faults: [] } });
      expect(forge(path, forgery, withHeads)).toBe(true);
      // No file can prove this by itself: a file holds no secret.
      expect((await sealing.verify()).faults).toEqual([]);
      expect(await verifyAgainst([path], [log])).toMatchObject({
        value: {
          faults: [{ block: 2, says: 'shard 0: block 2 has another hash in the log than in the file' }],
        },
      });
      expect(await rebuild(null, systemClock, [path], [log])).toMatchObject({
        error: { code: 'rebuild.notWhole' },
      });
    },
  );

  test('of the first block of a file is sealed together with the opening line', async () => {
    const sealing = await sealedFleet();
    const [path = ''] = sealing.files();
    forge(path, ['the prefix', '"prefix":"test"', '"prefix":"other"'], withFileHashes);
    expect((await sealing.verify()).faults[0]?.says).toContain('are not those that were sealed');
  });

  test('is missed by a log that names no head', async () => {
    const sealing = await sealedFleet();
    const log = join(sealing.folder, 'other.log');
    writeLines(log, ['{"level":30,"msg":"orchestrator runs"}']);
    for (const path of [log, `${log}.nowhere`])
      expect(await verifyAgainst(sealing.files(), [path])).toMatchObject({ error: { code: 'input.heads' } });
  });
});

describe('files of format 1', () => {
  async function continuedGolden(): Promise<SealingFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'servpack-audit-'));
    copyFileSync(golden, join(folder, 'test-0.jsonl'));
    const store = createMemoryStore(Date.now);
    expect(await rebuild(store, systemClock, [golden])).toMatchObject({ ok: true });
    const sealing = sealingFixture({ store, folder });
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    await sealing.sealer.round();
    return sealing;
  }

  test('say what they do not prove: lines beside the entries, against a person', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'servpack-audit-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'forged.jsonl');
    copyFileSync(golden, path);
    forge(path, forgeries[0] ?? ['', '', ''], withFileHashes);
    expect(await verifyPaths([path])).toMatchObject({
      value: { faults: [], notes: [expect.stringContaining('the entries of blocks 1 to 3 are sealed')] },
    });
    expect(await rebuild(null, systemClock, [path])).toMatchObject({
      value: { notes: [expect.stringContaining('not against a person')] },
    });
  });

  test('are continued in a file of format 3, which seals them', async () => {
    const sealing = await continuedGolden();
    expect(sealing.files().map((path) => JSON.parse(linesOf(path)[0] ?? '') as unknown)).toMatchObject([
      { audit: 1 },
      { audit: 3 },
    ]);
    expect(await sealing.verify()).toMatchObject({ faults: [], notes: [], chains: [{ blocks: 4 }] });
    const again = createMemoryStore(Date.now);
    expect(await rebuild(again, systemClock, sealing.files())).toMatchObject({ value: { notes: [] } });
  });

  test.each(forgeries.filter(([what]) => what !== 'a revoked token'))(
    'are found changed once they were continued: %s',
    async (...forgery) => {
      const sealing = await continuedGolden();
      const [old = ''] = sealing.files();
      expect(forge(old, forgery, withFileHashes)).toBe(true);
      expect((await sealing.verify()).faults).toMatchObject([
        { says: 'the file that this one follows is not here, was changed, or was cut' },
      ]);
    },
  );

  test('stay whole when entries follow for many blocks', async () => {
    const sealing = await continuedGolden();
    for (const name of ['one', 'two']) {
      await steps(sealing.store, 2, name);
      await sealing.sealer.round();
    }
    expect(await sealing.verify()).toMatchObject({
      faults: [],
      torn: [],
      notes: [],
      chains: [{ blocks: 6 }],
    });
  });
});
