import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../orchestrator/embedded-redis/launch.ts';
import { isAlive } from '../../orchestrator/embedded-redis/processes.ts';
import { eachInItsPlace, expectRefused, talk } from './embedded-redis-place.ts';

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('the private Redis of a data folder', () => {
  const place = eachInItsPlace();

  it('keeps what was written over a restart', async () => {
    const first = await place().started();
    await talk(first.url, (redis) => redis.hset('upgrade', 'phase', 'deferred'));
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await place().started();
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
    const { url } = await place().started();
    expect(await talk(url, (redis) => redis.config('GET', key))).toEqual([key, value]);
  });

  it('keeps its password to its owner', async () => {
    const { url, pid } = await place().started();
    const { password, port } = new URL(url);
    const folder = join(place().dataDir, 'redis');

    expect(modeOf(place().dataDir)).toBe('700');
    expect(modeOf(folder)).toBe('700');
    expect(modeOf(join(folder, 'redis.conf'))).toBe('600');
    expect(modeOf(join(folder, 'running.json'))).toBe('600');
    expect(readFileSync(`/proc/${pid}/cmdline`, 'latin1')).not.toContain(password);
    expect(place().logged.join()).not.toContain(password);
    const stranger = talk(`redis://127.0.0.1:${port}`, (redis) => redis.get('x'));
    await expect(stranger).rejects.toThrow(/NOAUTH/);
  });

  it('takes another port when somebody was faster', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = (other.address() as AddressInfo).port;
    const free = await freePort();
    const ports = [taken, free];

    const { url } = await place().started({ choosePort: () => Promise.resolve(ports.shift() ?? 0) });

    expect(new URL(url).port).toBe(String(free));
    other.close();
  });

  it('stops once, however often it is asked to, and leaves no address behind', async () => {
    const redis = await place().started();
    await Promise.all([redis.stop(), redis.stop()]);
    expect(isAlive(redis.pid)).toBe(false);
    expect(existsSync(join(place().dataDir, 'redis', 'running.json'))).toBe(false);
    expect(place().logged.filter((line) => line.includes('ended by itself'))).toEqual([]);
  });

  it('says when it ended by itself, and a next start is not confused by it', async () => {
    const killed = await place().started();
    const gone = new Redis(killed.url, { retryStrategy: () => null });
    await gone.set('a', '1');
    process.kill(killed.pid, 'SIGKILL');
    await once(gone, 'close');

    const next = await place().started();

    expect(next.pid).not.toBe(killed.pid);
    expect(place().logged.join()).toContain('ended by itself (SIGKILL)');
  });

  it('refuses a data folder that cannot be written, in one sentence', async () => {
    const file = join(place().root, 'file');
    writeFileSync(file, '');
    const refused = expectRefused(await place().start({ dataDir: join(file, 'data') }));
    expect(refused.code).toBe('data-folder-not-writable');
    expect(refused.message).toMatch(/^The data folder .*file\/data is not writable: .*ENOTDIR.*rights\.$/);
  });
});
