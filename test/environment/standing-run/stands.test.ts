import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { startPrivateRedis } from '../private-redis.ts';

test('stands, with all that a test may have started', async () => {
  const own = await startPrivateRedis();
  const folder = mkdtempSync(join(tmpdir(), 'servpack-stands-'));
  const child = spawn('sleep', ['86400'], { cwd: folder, detached: true, stdio: 'ignore' });
  const told = { redis: [inject('redisUrl'), own.url], pids: [own.pid, child.pid], folder };
  writeFileSync(process.env['STANDS_FILE'] ?? '', JSON.stringify(told));
  expect(told.pids.every((pid) => pid !== undefined)).toBe(true);
  await new Promise(() => setInterval(() => undefined, 60_000));
});
