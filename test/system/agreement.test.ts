import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { patienceMs } from '../environment/patience.ts';
import { testRedis } from '../environment/redis.ts';
import { agreementOf, differenceOf, type WaveAgreement } from '../lab/agreement/agreement.ts';
import { fromMondayEvening } from '../lab/installation.ts';

const dayMs = 24 * 3_600_000;

const dataDir = mkdtempSync(join(tmpdir(), 'servpack-agreement-'));
afterAll(() => rm(dataDir, { recursive: true, force: true }));

// More seeds: `npm run test:agreement`.
test('a campaign that is simulated ends as the same campaign with real processes in lab time', async () => {
  const { url: redisUrl, prefix } = testRedis();
  const installation = { redisUrl, prefix, dataDir, clock: fromMondayEvening(20_000) };
  const { otherEnds, waves } = await agreementOf(installation, {
    seed: '2',
    clients: 40,
    withinSeconds: patienceMs / 1_000,
  });
  expect(otherEnds).toEqual([]);
  expect(waves.map(({ wave }) => wave)).toEqual(['canary', 'early', 'rest']);
  // On a busy machine lab time runs ahead of the processes: a client that is looked at hours late
  // may miss a logon, and waits for the next day.
  const isOther = (wave: WaveAgreement): boolean =>
    differenceOf(wave) > 0.1 && Math.abs(wave.realMs - wave.simulatedMs) > dayMs;
  expect(waves.filter(isOther)).toEqual([]);
});
