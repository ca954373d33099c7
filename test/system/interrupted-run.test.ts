import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { patienceMs } from '../environment/patience.ts';
import { processesOf } from '../environment/remove-run.ts';
import { probe } from '../../orchestrator/embedded-redis/server-process.ts';

const root = join(import.meta.dirname, '../..');
const config = join(root, 'test/environment/standing-run/vitest.config.ts');
const here = mkdtempSync(join(tmpdir(), 'servpack-interrupted-'));
afterAll(() => rmSync(here, { recursive: true, force: true }));

const waiting = { timeout: patienceMs, interval: 50 };

/**
 * Ctrl-C in a terminal reaches the whole process group of `npm test`; SIGKILL reaches only the
 * process that it names, which is that of the tests.
 */
test.for([
  ['SIGINT', 'group'],
  ['SIGTERM', 'group'],
  ['SIGKILL', 'process'],
] as const)('npm test that is ended by %s (%s) leaves nothing behind', async ([signal, reaches]) => {
  const temporary = mkdtempSync(join(here, 'tmp-'));
  const file = join(here, `${signal}.json`);
  // Without a container engine the Redis of the run is a process of this machine.
  const { SERVPACK_TEST_REDIS_IMAGE: _, ...env } = process.env;
  const [command, ...args] =
    signal === 'SIGKILL'
      ? [process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config]
      : ['npm', 'test', '--', '--config', config];
  const run = spawn(command, args, {
    cwd: root,
    env: { ...env, DOCKER_HOST: 'tcp://127.0.0.1:1', TMPDIR: temporary, STANDS_FILE: file },
    detached: true,
    stdio: 'ignore',
  });
  const ended = once(run, 'exit');
  await expect
    .poll(() => [existsSync(file) && readFileSync(file, 'utf8') !== '', run.exitCode], waiting)
    .toEqual([true, null]);
  const told = JSON.parse(readFileSync(file, 'utf8')) as { redis: string[]; pids: number[]; folder: string };
  const left = (): readonly number[] => processesOf({ folder: temporary, owner: 0, keeps: [] });
  expect(left()).toEqual(expect.arrayContaining(told.pids));
  expect(await Promise.all(told.redis.map(probe))).toEqual(['answers', 'answers']);
  expect(existsSync(told.folder)).toBe(true);

  process.kill(reaches === 'group' ? -(run.pid ?? 0) : (run.pid ?? 0), signal);
  await ended;
  await expect.poll(left, waiting).toEqual([]);
  await expect.poll(() => readdirSync(temporary), waiting).toEqual([]);
  expect(await Promise.all(told.redis.map(probe))).toEqual(['silent', 'silent']);
});
