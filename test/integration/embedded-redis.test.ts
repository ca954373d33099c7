import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../orchestrator/embedded-redis/launch.ts';
import { isAlive } from '../../orchestrator/embedded-redis/processes.ts';
import { useTestFolder, expectRefused, talk } from './embedded-redis-folder.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('the private Redis of a data folder', () => {
  const testFolder = useTestFolder();

  it('keeps its data over a restart', async () => {
    const first = await testFolder().started();
    await talk(first.url, (redis) => redis.hset('upgrade', 'phase', 'deferred'));
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await testFolder().started();
    expect(second.pid).not.toBe(first.pid);
    expect(await talk(second.url, (redis) => redis.hget('upgrade', 'phase'))).toBe('deferred');
  });

  it.each([
    ['appendonly', 'yes'],
    ['appendfsync', 'everysec'],
    ['maxmemory-policy', 'noeviction'],
    ['hz', '100'],
    ['hash-max-listpack-value', '1024'],
    ['bind', '127.0.0.1'],
  ])('runs with %s %s', async (key, value) => {
    const { url } = await testFolder().started();
    expect(await talk(url, (redis) => redis.config('GET', key))).toEqual([key, value]);
  });

  it('has a password that only its owner can read', async () => {
    const { url, pid } = await testFolder().started();
    const { password, port } = new URL(url);
    const folder = join(testFolder().dataDir, 'redis');

    expect(modeOf(testFolder().dataDir)).toBe('700');
    expect(modeOf(folder)).toBe('700');
    expect(modeOf(join(folder, 'redis.conf'))).toBe('600');
    expect(modeOf(join(folder, 'running.json'))).toBe('600');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).not.toContain(password);
    expect(testFolder().logged.join()).not.toContain(password);
    const stranger = talk(`redis://127.0.0.1:${port}`, (redis) => redis.get('x'));
    await expect(stranger).rejects.toThrow(/NOAUTH/);
  });

  it('takes another port when its port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = (other.address() as AddressInfo).port;
    const free = await freePort();
    const ports = [taken, free];

    const { url } = await testFolder().started({ choosePort: () => Promise.resolve(ports.shift() ?? 0) });

    expect(new URL(url).port).toBe(String(free));
    other.close();
  });

  it('stops once for several requests, and leaves no address behind', async () => {
    const redis = await testFolder().started();
    await Promise.all([redis.stop(), redis.stop()]);
    expect(isAlive(redis.pid)).toBe(false);
    expect(existsSync(join(testFolder().dataDir, 'redis', 'running.json'))).toBe(false);
    expect(testFolder().logged.filter((line) => line.includes('ended by itself'))).toEqual([]);
  });

  it('reports that it ended by itself, and starts again afterwards', async () => {
    const killed = await testFolder().started();
    const gone = new Redis(killed.url, { retryStrategy: () => null });
    await gone.set('a', '1');
    process.kill(killed.pid, 'SIGKILL');
    await once(gone, 'close');

    const next = await testFolder().started();

    expect(next.pid).not.toBe(killed.pid);
    expect(testFolder().logged.join()).toContain('ended by itself (SIGKILL)');
  });

  it('refuses a data folder that cannot be written, in one sentence', async () => {
    const file = join(testFolder().root, 'file');
    writeFileSync(file, '');
    const refused = expectRefused(await testFolder().start({ dataDir: join(file, 'data') }));
    expect(refused.code).toBe('data-folder-not-writable');
    expect(refused.message).toMatch(
      /^The data folder .*file\/data is not writable: .*a part of its path is a file.*rights\.$/,
    );
  });
});
