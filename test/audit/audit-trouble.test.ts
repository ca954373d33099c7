import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { becauses, named, sealingFixture, steps } from './sealing-fixture.ts';

test('the audit that cannot be written is said without the name of a folder, until it is written', async () => {
  using sealing = sealingFixture();
  const { sealer } = sealing;
  expect(sealer.trouble()).toBeUndefined();
  // A folder where the file has to be.
  const taken = join(sealing.folder, 'test-0.jsonl');
  mkdirSync(taken);
  await steps(sealing.store, 3);
  await expect(sealer.round()).rejects.toThrow(/EISDIR/);
  expect(sealer.trouble()).toBe('it is a folder and not a file');
  rmdirSync(taken);
  await sealer.round();
  expect(sealer.trouble()).toBeNull();
  expect(await becauses(sealing)).toEqual(named(3));
  expect((await sealing.verify()).faults).toEqual([]);
});

test('it is not said any more by an orchestrator that has stopped leading', async () => {
  using sealing = sealingFixture();
  const { sealer } = sealing;
  mkdirSync(join(sealing.folder, 'test-0.jsonl'));
  await steps(sealing.store, 1);
  await expect(sealer.round()).rejects.toThrow(/EISDIR/);
  sealer.rest();
  expect(sealer.trouble()).toBeUndefined();
});
