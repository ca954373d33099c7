import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import { rebuild } from '../../orchestrator/audit/rebuild/rebuild.ts';
import { systemClock } from '../../shared/clock.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { smallFile } from './small-file.ts';

/** A small campaign as servpack 0.1.0 wrote it. Every later format must still read this file. */
const golden = join(import.meta.dirname, 'golden/small-campaign.jsonl');

/** Hashes and versions follow from the rest; policies have defaults that may change. */
const masked = (text: string): string =>
  text
    .replaceAll(/"[0-9a-f]{64}"/g, '"HASH"')
    .replaceAll(/"servpack":"[^"]+"/g, '"servpack":"VERSION"')
    .replaceAll(/"policy":\{.*?\},"hash"/g, '"policy":{},"hash"');

test('the audit file of a small campaign is written as in servpack 0.1.0', async () => {
  expect(masked((await smallFile()).toString('utf8'))).toBe(masked(readFileSync(golden, 'utf8')));
});

test('the audit file of servpack 0.1.0 is whole, and a rebuild puts its records back', async () => {
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
});
