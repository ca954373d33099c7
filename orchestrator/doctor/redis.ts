import type { Redis } from 'ioredis';
import { messageOf } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { mastersOf, openClient } from '../../shared/redis/client.ts';
import { databaseRefusal, isOfDatabase } from '../../shared/redis/one-database.ts';
import { type RedisAddress, parseRedisUrl } from '../../shared/redis/redis-url.ts';
import { keysOf } from '../../shared/store/redis/core/keys.ts';
import { broken, type Check, fine, warning } from './check.ts';
import { judgeClock } from './clocks.ts';
import { fieldsIn, readServerFacts } from '../durability/server-facts.ts';
import { type CheckedServer, judgeServer } from './redis-server.ts';

export interface RedisQuestion {
  readonly url: string;
  readonly prefix: string;
  readonly shards: number;
}

const answerMs = 5_000;

/** Asks Redis over a connection of its own, so that no orchestrator need run. */
export async function checkRedis({ url, prefix, shards }: RedisQuestion): Promise<readonly Check[]> {
  const address = parseRedisUrl(url);
  if (address === null) return [];
  const redis = openClient(address, { use: 'store', answerMs, retry: () => null });
  let lastError: unknown;
  redis.on('error', (error: unknown) => (lastError = error));
  try {
    await redis.connect();
    const servers = await Promise.all(mastersOf(redis).map((master) => factsOf(master, address.where)));
    return [
      ...servers.flatMap(judgeServer),
      ...judgeShards(await redis.get(keysOf(prefix, 0).of('shards')), shards, prefix),
      ...(await checkTopology(redis, address)),
    ];
  } catch (error) {
    return [unavailable(address, databaseRefusal(redis) ?? lastError ?? error)];
  } finally {
    redis.disconnect();
  }
}

const noAnswer = 'no Redis answers';

/** Whether the check says that Redis answers no question now. */
export const isUnavailable = ({ area, says }: Check): boolean =>
  area === 'redis' &&
  (says.startsWith(noAnswer) ||
    says.endsWith(refusesUs) ||
    [refusesDatabase, refusesCommand].some((words) => says.includes(words)));

const refusesUs = 'refuses the user or password';
const refusesDatabase = 'refuses database ';
const refusesCommand = 'refuses a command ';

function unavailable(address: RedisAddress, error: unknown): Check {
  const { where } = address;
  const message = messageOf(error);
  if (isOfDatabase(error) && address.kind !== 'cluster')
    return broken(
      'redis',
      `Redis at ${where} ${refusesDatabase}${address.database} (${message})`,
      'no orchestrator and no worker starts: in another database are the records of somebody else',
      'correct the database in REDIS_URL',
    );
  if (message.startsWith('NOPERM'))
    return broken(
      'redis',
      `Redis at ${where} ${refusesCommand}to the user of REDIS_URL (${message})`,
      'nothing runs',
      'give this user the rights that deploy/redis.conf shows',
    );
  const isAuth = /^(WRONGPASS|NOAUTH)|invalid password/.test(message);
  return isAuth
    ? broken(
        'redis',
        `Redis at ${where} ${refusesUs}`,
        'nothing runs',
        'correct REDIS_URL or REDIS_PASSWORD_FILE',
      )
    : broken(
        'redis',
        `${noAnswer} at ${where} (${reasonOf(error)})`,
        'everything stands still and goes on by itself as soon as it answers; no client is lost',
        'start it (docker compose up -d redis, systemctl start redis), or correct REDIS_URL',
      );
}

/** What a server says of itself, and how far its clock is from the one of this machine. */
async function factsOf(master: Redis, where: string): Promise<CheckedServer> {
  const before = Date.now();
  const [seconds, microseconds] = await master.time();
  const ownTime = (before + Date.now()) / 2;
  const redisTime = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
  const facts = await readServerFacts(master, where);
  const clock = judgeClock(
    `the clock of this machine and that of Redis at ${facts.where}`,
    Math.round(ownTime - redisTime),
  );
  return { ...facts, clock };
}

const shardsInWords = (count: number): string => (count === 1 ? '1 shard' : `${count} shards`);

function judgeShards(stored: string | null, shards: number, prefix: string): readonly Check[] {
  if (stored === null)
    return [fine('redis', `nothing is kept under ${prefix} yet; it will be in ${shardsInWords(shards)}`)];
  if (Number(stored) === shards)
    return [
      fine(
        'redis',
        `the records of ${prefix} lie in ${shardsInWords(Number(stored))}, as SERVPACK_SHARDS says`,
      ),
    ];
  return [
    broken(
      'redis',
      `the records of ${prefix} lie in ${shardsInWords(Number(stored))}, SERVPACK_SHARDS says ${shards}`,
      'no orchestrator and no worker with this setting starts',
      `set SERVPACK_SHARDS to ${stored}`,
    ),
  ];
}

async function checkTopology(redis: Redis, address: RedisAddress): Promise<readonly Check[]> {
  if (address.kind === 'single') return [];
  if (address.kind === 'cluster') {
    const [master] = mastersOf(redis);
    const state = fieldsIn((await master?.cluster('INFO')) ?? '');
    const bad = ['cluster_slots_pfail', 'cluster_slots_fail'].filter(
      (name) => Number(state.get(name) ?? 0) > 0,
    );
    return state.get('cluster_state') === 'ok' && bad.length === 0
      ? [fine('redis', `the Cluster is whole: ${state.get('cluster_size')} masters, all slots served`)]
      : [
          broken(
            'redis',
            `the Cluster is not whole: state ${state.get('cluster_state')}, ${bad.map((name) => `${name} ${state.get(name)}`).join(', ')}`,
            'clients whose slots are not served stand still',
            'redis-cli --cluster check; bring the missing master or its replica back',
          ),
        ];
  }
  return checkSentinels(address);
}

async function checkSentinels(address: RedisAddress & { kind: 'sentinel' }): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const node of address.nodes) {
    const { host, port } = node;
    const where = `${host}:${port}`;
    const nobody = { user: undefined, password: undefined };
    const sentinel = openClient(
      { kind: 'single', nodes: [node], ...nobody, tls: address.tls, where, database: 0 },
      { use: 'store', answerMs, retry: () => null },
    );
    sentinel.on('error', () => undefined);
    try {
      await sentinel.connect();
      checks.push(
        fine(
          'redis',
          `Sentinel ${host}:${port}: ${String(await sentinel.call('SENTINEL', 'CKQUORUM', address.master))}`,
        ),
      );
    } catch (error) {
      checks.push(
        warning(
          'redis',
          `Sentinel ${host}:${port}: ${reasonOf(error)}`,
          'a lost master may not be replaced',
          'start it, or correct REDIS_URL',
        ),
      );
    } finally {
      sentinel.disconnect();
    }
  }
  return checks;
}
