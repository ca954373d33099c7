import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, describe, expect, test } from 'vitest';
import { startPrivateRedis } from '../environment/private-redis.ts';

/** `npm start` as a person runs it, with the promises of the README. */
const main = join(import.meta.dirname, '../lab/demo/main.ts');
const dataDir = mkdtempSync(join(tmpdir(), 'servpack-demo-'));
afterAll(() => rm(dataDir, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [main, '--data', dataDir, ...args],
      { env: { ...process.env, NO_COLOR: '1', ...env }, maxBuffer: 1 << 24 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

describe('npm start', () => {
  test('upgrades a small fleet with components in use, proves it, and ends with 0', async () => {
    const redis = await startPrivateRedis();
    try {
      const { code, stdout, stderr } = await run(['--clients', '60', '--seed', '3', '--speed', '20000'], {
        REDIS_URL: redis.url,
      });
      expect({ code, stderr, tail: stdout.slice(-2_000) }).toMatchObject({ code: 0, stderr: '' });
      expect(stdout).toContain('$ servpack release stage');
      expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=\w+$/m);
      expect(stdout).toMatch(/relocat/i);
      expect(stdout).toContain('Every one of 60 clients ended where its traits and the policy say it must.');
      // Output into a pipe has plain lines.
      expect(stdout.includes('\u001b')).toBe(false);
      // A second run in the same folder has its own records and its own audit.
      const again = await run(['--clients', '10', '--seed', '4', '--speed', '20000'], {
        REDIS_URL: redis.url,
      });
      expect({ code: again.code, stderr: again.stderr }).toEqual({ code: 0, stderr: '' });
      expect(again.stdout).toContain('Every one of 10 clients ended');
      const client = new Redis(redis.url);
      const keys = await client.keys('*');
      client.disconnect();
      expect(keys.filter((key) => !key.startsWith('{servpack-lab:'))).toEqual([]);
    } finally {
      await redis.stop();
    }
  });

  test('refuses a Redis that holds a real fleet, and touches nothing in it', async () => {
    const redis = await startPrivateRedis();
    try {
      const client = new Redis(redis.url);
      await client.hset('{servpack:0}:fleet', 'pc-1', '[]');
      const { code, stderr } = await run([], { REDIS_URL: redis.url });
      expect(code).toBe(1);
      expect(stderr).toContain(
        'this Redis holds a real fleet (prefix servpack, 1 clients); the lab does not run beside it',
      );
      expect(await client.keys('*')).toEqual(['{servpack:0}:fleet']);
      client.disconnect();
    } finally {
      await redis.stop();
    }
  });

  test('says in one sentence, without the password, that no Redis answers at REDIS_URL', async () => {
    const { code, stderr } = await run([], { REDIS_URL: 'redis://:geheim@127.0.0.1:1' });
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('no Redis answers at REDIS_URL');
    expect(stderr).not.toContain('geheim');
  });

  test.each([
    [['--clients', 'many'], 'expected a whole number'],
    [['--speed', '0'], 'expected a whole number'],
    [['--colour'], "unknown option '--colour'"],
  ])('refuses %j', async (args, said) => {
    const { code, stderr } = await run(args, {});
    expect(code).not.toBe(0);
    expect(stderr).toContain(said);
  });
});
