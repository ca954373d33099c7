import { join } from 'node:path';
import { expect } from 'vitest';
import { type RedisServer, startRedisServer } from '../environment/redis-servers.ts';

const slots = 16_384;
const masters = 3;

export interface RedisCluster {
  readonly url: string;
  readonly masters: readonly RedisServer[];
  stop(): Promise<void>;
}

/**
 * Three masters with a replica each, or with none: then a lost master leaves its slots without a
 * node.
 */
export async function startRedisCluster(folder: string, hasReplicas = true): Promise<RedisCluster> {
  const settings = [
    '--cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 1000',
    '--repl-diskless-sync-delay 0 --appendonly yes --appendfsync everysec',
  ].flatMap((line) => line.split(' '));
  const nodes = await Promise.all(
    Array.from({ length: hasReplicas ? masters * 2 : masters }, (_, n) =>
      startRedisServer(join(folder, `node-${n}`), settings),
    ),
  );
  const heads = nodes.slice(0, masters);
  const each = Math.ceil(slots / masters);
  // All epochs first: a node that another one has met in the meantime refuses its own.
  for (const [n, node] of nodes.entries()) await node.client.call('CLUSTER', 'SET-CONFIG-EPOCH', n + 1);
  for (const node of nodes)
    for (const other of nodes) await node.client.call('CLUSTER', 'MEET', '127.0.0.1', other.port);
  for (const [n, head] of heads.entries())
    await head.client.call('CLUSTER', 'ADDSLOTSRANGE', n * each, Math.min(slots, (n + 1) * each) - 1);
  for (const [n, replica] of nodes.slice(masters).entries()) await follow(replica, heads[n]);
  await ready(nodes);
  const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    url: `redis+cluster://${hosts}`,
    masters: heads,
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

async function follow(replica: RedisServer, head: RedisServer | undefined): Promise<void> {
  const id = String(await head?.client.call('CLUSTER', 'MYID'));
  await expect.poll(() => replica.client.call('CLUSTER', 'REPLICATE', id).catch(() => 'not yet')).toBe('OK');
}

async function ready(nodes: readonly RedisServer[]): Promise<void> {
  for (const { client } of nodes) {
    await expect
      .poll(() => client.call('CLUSTER', 'INFO').then(String))
      .toMatch(RegExp(`cluster_state:ok[\\s\\S]*cluster_known_nodes:${nodes.length}\\b`));
  }
  for (const { client } of nodes.slice(masters))
    await expect.poll(() => client.info('replication')).toContain('master_link_status:up');
}
