import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { testRedis } from '../environment/redis.ts';
import { storm } from '../lab/storm/storm.ts';

const folder = mkdtempSync(join(tmpdir(), 'servpack-storm-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A short form of `npm run test:checkins`, faster than 10,000 in a minute. */
test('many check-ins at once are all answered with a look, and another campaign goes on meanwhile', async () => {
  const { url: redisUrl, prefix } = testRedis();
  const laptops = 400;
  const figures = await storm({ redisUrl, prefix, folder, laptops, others: 100, atOnce: 100 });
  expect(figures).toMatchObject({
    statuses: { 200: laptops },
    promised: laptops,
    lost: [],
    keptLeading: true,
  });
  // Some of the other clients were looked at before the last laptop.
  expect(figures.othersBetween).toBeGreaterThan(0);
});
