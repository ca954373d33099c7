import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { patienceMs } from '../environment/patience.ts';
import { testRedis } from '../environment/redis.ts';
import { agreementOf, type WaveAgreement } from '../lab/agreement/agreement.ts';
import { fromMondayEvening } from '../lab/installation.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'servpack-agreement-'));
afterAll(() => rm(dataDir, { recursive: true, force: true }));

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
  // A second is five hours and a half here. On a busy machine a client is looked at hours late, may
  // miss a logon, and waits for the next day: no wave is earlier than simulated. How late one may
  // be is measured at a pace that a machine keeps: `npm run test:agreement`.
  const isEarlier = (wave: WaveAgreement): boolean => wave.realMs < 0.9 * wave.simulatedMs;
  expect(waves.filter(isEarlier)).toEqual([]);
});
