import { readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test } from 'vitest';
import { verifyOwn } from '../../orchestrator/audit/responses.ts';
import { checkAudit } from '../../orchestrator/doctor/audit.ts';
import type { Store } from '../../shared/store/store.ts';
import { openTestStore } from '../contract/store/open-test-store.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { unwrapped } from '../fixtures/unwrapped.ts';
import { expectUseful, notOk } from '../integration/doctor-checks.ts';
import { linesOf, withHeads, writeLines } from './forge.ts';
import { sealingFixture, type SealingFixture, steps } from './sealing-fixture.ts';

/** Four blocks, each in a file of its own, sealed from a Redis. */
async function fourFiles(fileBytesAtMost = 1): Promise<SealingFixture> {
  const { store } = await openTestStore();
  const sealing = sealingFixture({ store, fileBytesAtMost });
  onTestFinished(async () => {
    sealing[Symbol.dispose]();
    await store.close();
  });
  for (const name of ['one', 'two', 'three', 'four']) {
    await steps(store, 1, name);
    await sealing.sealer.round();
  }
  return sealing;
}

async function found({ store, archive }: Pick<SealingFixture, 'store' | 'archive'>) {
  const checks = await checkAudit(store, archive);
  expectUseful(checks);
  const log = pino({ level: 'silent' });
  const context = { ...contextOver(store, standingClock(0), keepingDispatcher([]), log), archive };
  const { faults } = unwrapped(await verifyOwn(context));
  return { doctor: notOk(checks).join('\n'), verify: faults.map(({ says }) => says).join('\n') };
}

/** The path of the file with this block, by its place. */
const fileAt = (sealing: SealingFixture, at: number): string => sealing.files().at(at) ?? '';

describe('the files of an orchestrator beside its Redis', () => {
  test('are fine as they were sealed', async () => {
    expect(await found(await fourFiles())).toEqual({ doctor: '', verify: '' });
    expect(await found(await fourFiles(1e9))).toEqual({ doctor: '', verify: '' });
  });

  test.each([
    ['first', 0, 'block 1 is not in this folder', 'missing: block 1 of shard 0'],
    ['second', 1, 'block 2 is not in this folder', 'missing: block 2 of shard 0'],
    [
      'newest',
      -1,
      'block 4 is not in this folder',
      'Redis says that block 4 is written; the files here end at block 3',
    ],
  ])('are found with a hole where one was put aside: the %s', async (_which, at, doctor, verify) => {
    const sealing = await fourFiles();
    renameSync(fileAt(sealing, at), `${fileAt(sealing, at)}.aside`);
    expect(await found(sealing)).toEqual({
      doctor: expect.stringContaining(doctor),
      verify: expect.stringContaining(verify),
    });
  });

  test('are found when all of them are gone', async () => {
    const sealing = await fourFiles();
    for (const file of sealing.files()) rmSync(file);
    expect(await found(sealing)).toEqual({
      doctor: expect.stringContaining('blocks 1 to 4 are not in this folder'),
      verify: expect.stringContaining('block 4 is written; the files here end at block 0'),
    });
  });

  test('are found when the file in use was put aside and a new one begun', async () => {
    const sealing = await fourFiles(1e9);
    rmSync(fileAt(sealing, 0));
    await steps(sealing.store, 1, 'five');
    await sealing.sealer.round();
    expect(await found(sealing)).toEqual({
      doctor: expect.stringContaining('blocks 1 to 4 are not in this folder'),
      verify: expect.stringContaining('missing: blocks 1 to 4 of shard 0'),
    });
  });

  test.each([
    ['between two blocks', (text: string) => text.lastIndexOf('{"block":4')],
    ['in the middle of the last block', (text: string) => text.length - 10],
    ['in the middle of the second block', (text: string) => text.indexOf('{"block":2') + 30],
  ])('are found with a tail that was cut %s', async (_where, at) => {
    const sealing = await fourFiles(1e9);
    const path = fileAt(sealing, 0);
    truncateSync(path, at(readFileSync(path, 'utf8')));
    expect(await found(sealing)).toEqual({
      doctor: expect.stringMatching(/blocks? (2 to 4 are|4 is) not in this folder/),
      verify: expect.stringContaining('Redis says that block 4 is written'),
    });
  });

  test('are found changed although the whole chain was computed again', async () => {
    const sealing = await fourFiles(1e9);
    const path = fileAt(sealing, 0);
    writeLines(path, withHeads(linesOf(path).map((line) => line.replaceAll('two 0', 'two 9'))));
    expect((await sealing.verify()).faults).not.toEqual([]);
    writeLines(path, withHeads(linesOf(path).filter((line) => !line.startsWith('{"evidence":'))));
    expect((await sealing.verify()).faults).toEqual([]);
    expect(await found(sealing)).toEqual({
      doctor: expect.stringContaining('block 4 has another hash in Redis than in'),
      verify: expect.stringContaining('block 4 has another hash in Redis than in the file'),
    });
  });

  test('are found with blocks that Redis does not know', async () => {
    const sealing = await fourFiles(1e9);
    const behind = await openTestStore();
    onTestFinished(() => behind.store.close());
    const says = 'Redis knows only block 0';
    expect(await found({ store: behind.store, archive: sealing.archive })).toEqual({
      doctor: expect.stringContaining(says),
      verify: expect.stringContaining(says),
    });
  });

  test('are found with a last seal that was changed', async () => {
    const sealing = await fourFiles();
    const path = fileAt(sealing, -1);
    writeFileSync(path, readFileSync(path, 'utf8').replace('{"seal":4,', '{"seal":4, '));
    expect((await found(sealing)).doctor).toContain('the last seal of');
  });

  test('are behind when the sealer waits for something, whether or not a block was begun', async () => {
    const dead = (): never => {
      throw new Error('no space left on device');
    };
    const stuck: readonly ((store: Store) => Store)[] = [
      (store) => ({ ...store, readUpgrades: async () => dead() }),
      (store) => ({ ...store, markWritten: async () => dead() }),
    ];
    for (const wrapStore of stuck) {
      // The memory counts its ids from 1: all of its entries are old.
      using sealing = sealingFixture({ wrapStore });
      await steps(sealing.store, 1);
      await expect(sealing.sealer.round()).rejects.toThrow('no space left');
      expect((await found(sealing)).doctor).toContain(
        'shard 0: what was done since 2026-11-16T20:00:00Z is in no file yet',
      );
    }
  });
});
