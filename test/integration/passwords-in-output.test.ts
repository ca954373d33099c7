import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { withoutCredentials } from '../../shared/log.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';

const program = join(import.meta.dirname, 'rotating-producer.ts');

describe('the output of a process', () => {
  let child: ChildProcess | undefined;
  let end: () => Promise<void> = async () => undefined;

  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    await end();
  });

  it('holds no password when it was wrong from the beginning, or was changed while the process ran', async () => {
    const redis = await startPrivateRedis();
    end = redis.stop;
    const admin = new Redis(redis.url);
    await admin.config('SET', 'requirepass', 'Old@Secret');
    let output = '';
    child = spawn(process.execPath, [program, `redis://:Old@Secret@${new URL(redis.url).host}`]);
    child.stdout?.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr?.on('data', (data: Buffer) => (output += data.toString()));
    await expect.poll(() => output, { timeout: 15_000 }).toContain('"msg":"added"');

    await admin.config('SET', 'requirepass', 'another');
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await expect.poll(() => output, { timeout: 15_000 }).toMatch(/WRONGPASS[^]*"msg":"queue"/);
    await expect.poll(() => output, { timeout: 15_000 }).toContain('"msg":"not added"');
    admin.disconnect();
    expect(output).not.toContain('Secret');
    expect(output).not.toContain('Old@');
  }, 60_000);
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
