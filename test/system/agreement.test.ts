import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testRedis } from '../environment/redis.ts';
import { agreementOf, differenceOf } from '../lab/agreement/agreement.ts';
import { fromMondayEvening } from '../lab/installation.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'servpack-agreement-'));
afterAll(() => rm(dataDir, { recursive: true, force: true }));

// More seeds: `npm run test:agreement`.
test('a campaign that is simulated ends as the same campaign with real processes in lab time', async () => {
  const { url: redisUrl, prefix } = testRedis();
  const installation = { redisUrl, prefix, dataDir, clock: fromMondayEvening(20_000) };
  const { otherEnds, waves } = await agreementOf(installation, {
    seed: '2',
    clients: 40,
    withinSeconds: 60,
  });
  expect(otherEnds).toEqual([]);
  expect(waves.map(({ wave }) => wave)).toEqual(['canary', 'early', 'rest']);
  expect(waves.filter((wave) => differenceOf(wave) > 0.1)).toEqual([]);
});
