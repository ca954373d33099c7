import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withoutCredentials } from '../../shared/log.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import type { TestRedis } from '../environment/running-redis.ts';

const program = join(import.meta.dirname, 'rotating-producer.ts');

describe('the output of a process', () => {
  const children: ChildProcess[] = [];
  let redis: TestRedis;
  let admin: Redis;

  beforeEach(async () => {
    redis = await startPrivateRedis();
    admin = new Redis(redis.url);
    await admin.config('SET', 'requirepass', 'Old@Secret');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    admin.disconnect();
    await redis.stop();
  });

  /** Starts a process with this password. The returned function reads its output so far. */
  function start(password: string): () => string {
    let output = '';
    const child = spawn(process.execPath, [program, `redis://:${password}@${new URL(redis.url).host}`]);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => (output += data.toString()));
    children.push(child);
    return () => output;
  }

  it('holds no password when it was changed while the process ran', async () => {
    const output = start('Old@Secret');
    await expect.poll(output).toContain('"msg":"added"');
    await admin.config('SET', 'requirepass', 'another');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await expect.poll(output).toMatch(/WRONGPASS[^]*"msg":"queue"/);
    await expect.poll(output).toContain('"msg":"not added"');
    expect(output()).not.toMatch(/Secret|Old@/);
  });

  it('holds no password when it was wrong from the beginning', async () => {
    const output = start('Wrong@Secret');
    await expect.poll(output).toMatch(/WRONGPASS[^]*"msg":"queue"/);
    expect(output()).not.toMatch(/Secret|Wrong@/);
  });
});

describe('a text without credentials', () => {
  it.each([
    ['redis://user:p@ss@host:6379/0 is away', 'redis://[redacted]@host:6379/0 is away'],
    ['//u:p@ss@host', '//[redacted]@host'],
    [
      'http://a:b@one/x and redis://:c@two, me@there',
      'http://[redacted]@one/x and redis://[redacted]@two, me@there',
    ],
    ['http://host/a@b', 'http://host/a@b'],
  ])('%s', (text, expected) => {
    expect(withoutCredentials(text)).toBe(expected);
  });
});
