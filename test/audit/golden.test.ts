import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { systemClock } from '../../shared/clock.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { smallFile } from './small-file.ts';

/** A small campaign in each format that was ever written. All of them must still be read. */
const goldenOf = (format: 1 | 2 | 3): string =>
  join(import.meta.dirname, `golden/small-campaign${format === 1 ? '' : `-format-${format}`}.jsonl`);

/** Hashes and versions follow from the rest; policies have defaults that may change. */
const masked = (text: string): string =>
  text
    .replaceAll(/"[0-9a-f]{64}"/g, '"HASH"')
    .replaceAll(/"servpack":"[^"]+"/g, '"servpack":"VERSION"')
    .replaceAll(/"policy":\{.*?\},"hash"/g, '"policy":{},"hash"');

test('the audit file of a small campaign is written as ever in format 3', async () => {
  expect(masked((await smallFile()).toString('utf8'))).toBe(masked(readFileSync(goldenOf(3), 'utf8')));
});

test.each([1, 2, 3] as const)(
  'a file of format %i is whole, and a rebuild restores its records',
  async (format) => {
    const golden = goldenOf(format);
    expect(await verifyPaths([golden])).toMatchObject({
      value: { faults: [], torn: [], chains: [{ blocks: 3, entries: 6 }] },
    });
    const store = createMemoryStore(Date.now);
    expect(await rebuild(store, systemClock, [golden])).toMatchObject({
      value: { clients: 2, releases: 1, campaigns: [{ campaign: 'sp4', status: 'paused', lookedAt: 2 }] },
    });
    const found = await store.readUpgrade({ campaign: 'sp4', client: 'pc-1' });
    expect(found).toMatchObject({ version: 3, upgrade: { state: { phase: 'looking' } } });
    expect(found?.upgrade.memory.open.unanswered).toBe(true);
  },
);
