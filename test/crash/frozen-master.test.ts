import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openRedisStore } from '../../shared/store/redis/open.ts';
import { startWatchedRedis } from './redis-sentinel.ts';
import { StoreUnavailable } from '../../shared/store/errors.ts';

test('a call to a master that hangs is refused in time, and the next calls reach the new master', async () => {
  const watched = await startWatchedRedis(mkdtempSync(join(tmpdir(), 'servpack-redis-')));
  onTestFinished(() => watched.stop());
  const opened = await openRedisStore({ url: watched.url, prefix: 'frozen', answerMs: 1_500 });
  if (!opened.ok) throw new Error(opened.error.message);
  const store = opened.value;
  onTestFinished(() => store.close());
  watched.master.kill('SIGSTOP');
  await expect(store.fleetSize()).rejects.toBeInstanceOf(StoreUnavailable);
  // The deadline of the call refused it: the master still hangs.
  expect(stateOf(watched.master.pid())).toBe('T');
  await expect.poll(() => store.fleetSize().catch(() => -1)).toBe(0);
  watched.master.kill('SIGCONT');
  await store.lead('somebody', 60_000);
  await expect.poll(() => watched.master.client.info('replication')).toContain('role:slave');
  expect((await store.leader())?.owner).toBe('somebody');
});

/** As ps names the state of a process: T is stopped. */
const stateOf = (pid: number): string | undefined =>
  execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).trim()[0];
