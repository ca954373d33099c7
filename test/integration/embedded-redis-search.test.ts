import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive } from '../../orchestrator/embedded-redis/processes.ts';
import { findOnPath } from '../../orchestrator/embedded-redis/server-binary.ts';
import { eachInItsPlace, expectRefused, talk } from './embedded-redis-place.ts';

/** apt installs nothing that is installed already. */
const hasApt =
  findOnPath('apt-get', process.env) !== undefined && !existsSync('/var/lib/dpkg/info/redis-server.list');

describe('the search for a Redis server', () => {
  const place = eachInItsPlace();

  /** A folder of programs, as PATH. */
  const pathOf = (name: string): string => {
    const folder = join(place().root, name);
    mkdirSync(folder);
    return folder;
  };

  /** All programs of this machine without a Redis. */
  const withoutRedis = (): NodeJS.ProcessEnv => {
    const folder = pathOf('no-redis');
    for (const from of ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].filter((each) => existsSync(each))) {
      const programs = readdirSync(from).filter((name) => !/^(redis|valkey)-/.test(name));
      for (const name of programs.filter((each) => !existsSync(join(folder, each)))) {
        symlinkSync(join(from, name), join(folder, name));
      }
    }
    return { PATH: folder };
  };

  /** A machine whose only program is this redis-server. */
  const withServer = (script: string): NodeJS.ProcessEnv => {
    const folder = pathOf('only-redis');
    const server = join(folder, 'redis-server');
    writeFileSync(server, `#!/bin/sh\n${script}\n`);
    chmodSync(server, 0o755);
    return { PATH: folder };
  };

  it.runIf(hasApt)('unpacks one from the OS packages, once', async () => {
    const packagesDir = join(place().root, 'packages');
    const env = withoutRedis();

    const first = await place().started({ packagesDir, env });
    expect(first.how).toMatch(/^redis-server \d+\.\d+\.\d+ unpacked from the OS packages$/);
    expect(await talk(first.url, (redis) => redis.set('a', '1'))).toBe('OK');
    await first.stop();
    const second = await place().started({ packagesDir, env });

    expect(second.how).toBe(first.how);
    expect(await talk(second.url, (redis) => redis.get('a'))).toBe('1');
    expect(place().logged.filter((line) => line.includes('unpacking'))).toHaveLength(1);
    expect(readdirSync(place().root).filter((name) => name.startsWith('packages-'))).toEqual([]);
  });

  it('says in one sentence what to install when there is none', async () => {
    const packagesDir = join(place().root, 'packages');
    const refused = expectRefused(await place().start({ packagesDir, env: { PATH: pathOf('empty') } }));
    expect(refused.code).toBe('redis-missing');
    expect(refused.message).toMatch(
      /^No Redis was found \(.*\): install redis-server or .* or set REDIS_URL/,
    );
  });

  it('passes on the last words of a server that does not start', async () => {
    const env = withServer(
      '[ "$1" = --version ] && echo "Redis server v=7.0.0" && exit\necho "Bad file format"',
    );
    const refused = expectRefused(await place().start({ env }));
    expect(refused.code).toBe('redis-not-started');
    expect(refused.message).toBe('The private Redis did not start: it ended at once: Bad file format.');
  });

  it('kills a server that does not answer', async () => {
    const mute = join(place().root, 'mute.pid');
    const version = '[ "$1" = --version ] && echo "Redis server v=7.0.0" && exit';
    const env = withServer(
      `${version}\necho $$ > ${mute}\nexec ${process.execPath} -e 'setInterval(() => {}, 1000)'`,
    );

    const refused = expectRefused(await place().start({ env, answerWithinMs: 1_000 }));

    expect(refused.message).toContain('no answer within 1 s');
    expect(isAlive(Number(readFileSync(mute, 'utf8')))).toBe(false);
  });
});
