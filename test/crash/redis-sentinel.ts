import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type RedisServer, startRedisServer } from '../environment/redis-servers.ts';

const name = 'fleet';
const quorum = 2;

/** A master with two replicas, watched by three Sentinels. */
export interface WatchedRedis {
  readonly url: string;
  readonly master: RedisServer;
  stop(): Promise<void>;
}

export async function startWatchedRedis(folder: string): Promise<WatchedRedis> {
  const settings = ['--appendonly', 'yes', '--appendfsync', 'everysec', '--repl-diskless-sync-delay', '0'];
  const master = await startRedisServer(join(folder, 'master'), settings);
  const following = ['--replicaof', '127.0.0.1', String(master.port)].join(' ').split(' ');
  const replicas = await Promise.all(
    [1, 2].map((n) => startRedisServer(join(folder, `replica-${n}`), [...settings, ...following])),
  );
  for (const { client } of replicas)
    await expect.poll(() => client.info('replication')).toContain('master_link_status:up');
  const sentinels = await Promise.all(
    [1, 2, 3].map((n) => startSentinel(join(folder, `sentinel-${n}`), master.port)),
  );
  for (const { client } of sentinels)
    await expect.poll(() => client.call('INFO', 'sentinel').then(String)).toMatch(/slaves=2,sentinels=3/);
  const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    url: `redis+sentinel://${hosts}/${name}`,
    master,
    stop: async () =>
      void (await Promise.all([...sentinels, master, ...replicas].map((each) => each.stop()))),
  };
}

/** A Sentinel writes what it learns into its configuration file. */
function startSentinel(folder: string, masterPort: number): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'sentinel.conf');
  const lines = [
    'bind 127.0.0.1',
    `sentinel monitor ${name} 127.0.0.1 ${masterPort} ${quorum}`,
    // A master that a busy machine leaves without a processor for a second is not down.
    `sentinel down-after-milliseconds ${name} 4000`,
    `sentinel failover-timeout ${name} 8000`,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return startRedisServer(folder, [], [file, '--sentinel']);
}
