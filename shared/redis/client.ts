import {
  Cluster,
  type ClusterNode,
  type ClusterOptions,
  type Command,
  type Redis,
  type RedisOptions,
} from 'ioredis';
import { authenticatedCiphers } from '../tls-ciphers.ts';
import { gatherWrites } from './gather-writes.ts';
import { OneDatabase } from './one-database.ts';
import type { RedisAddress } from './redis-url.ts';

/** Replies in the shape that both sides of the client library agree on. */
type Options = Omit<RedisOptions, 'replyMapping'>;

/**
 * What a connection is for. `store`: a call waits for an answer, bounded. `producer`: a call fails
 * at once while Redis is unavailable. `worker`: BullMQ's own, which waits without limit and
 * reconnects by itself.
 */
export type ClientUse = 'store' | 'producer' | 'worker';

export interface ClientOptions {
  readonly use: ClientUse;
  /** A call that was not answered for so many milliseconds is refused; not for `worker`. */
  readonly answerMs: number;
  /**
   * How long to wait before the next attempt to connect, null to give up. Absent = for ever, in
   * growing steps.
   */
  readonly retry?: (times: number) => number | null;
}

const longestPauseMs = 1_000;
const growing = (times: number): number => Math.min(times * 100, longestPauseMs);
/**
 * After so many failed attempts to reconnect every waiting call is refused; mostly `answerMs`
 * comes first.
 */
const tries = 8;
const redirectEveryMs = 100;

/**
 * The one place that opens connections. Not connected yet: the first command, or `connect`, does
 * that. The commands of a Cluster are the same as long as all keys of a call lie in one slot,
 * which is what the keys of a shard do.
 */
export function openClient(address: RedisAddress, options: ClientOptions): Redis {
  switch (address.kind) {
    case 'single':
      return gatherWrites(openSingle(address, options));
    case 'sentinel':
      return gatherWrites(openBehindSentinels(address, options));
    case 'cluster':
      return openCluster(address, options).on('+node', gatherWrites) as unknown as Redis;
  }
}

function openSingle(address: RedisAddress & { kind: 'single' }, options: ClientOptions): Redis {
  const [{ host, port }] = address.nodes;
  return new OneDatabase({
    ...optionsOf(options),
    ...loginOf(address),
    host,
    port,
    db: address.database,
  });
}

const openBehindSentinels = (address: RedisAddress & { kind: 'sentinel' }, options: ClientOptions): Redis =>
  new OneDatabase({
    ...optionsOf(options),
    ...loginOf(address),
    sentinels: [...address.nodes],
    name: address.master,
    db: address.database,
    enableTLSForSentinelMode: address.tls,
    sentinelRetryStrategy: options.retry ?? growing,
    sentinelCommandTimeout: options.answerMs,
    // Not `failoverDetector`: a message about a new master in the middle of a reconnect ends the
    // client for good.
    ...whenSilent(options),
  });

function openCluster(address: RedisAddress & { kind: 'cluster' }, options: ClientOptions): Cluster {
  const { use, answerMs, retry } = options;
  const { retryStrategy: _, lazyConnect, enableOfflineQueue: __, ...perNode } = optionsOf(options);
  const cluster = {
    lazyConnect: lazyConnect ?? true,
    enableOfflineQueue: use !== 'producer',
    // A check that fails leaves the promise of `connect` open for ever, and BullMQ with it. A
    // command that a Cluster refuses for lack of slots is sent again anyway.
    enableReadyCheck: false,
    clusterRetryStrategy: retry ?? growing,
    // Enough of them that the time ends first.
    maxRedirections: use === 'worker' ? 10_000 : Math.ceil(answerMs / redirectEveryMs),
    retryDelayOnFailover: redirectEveryMs,
    retryDelayOnClusterDown: redirectEveryMs,
    retryDelayOnTryAgain: redirectEveryMs,
    slotsRefreshTimeout: 2_000,
    slotsRefreshInterval: 5_000,
    redisOptions: { ...perNode, ...loginOf(address), ...whenSilent(options) },
  };
  return use === 'worker'
    ? new Cluster([...address.nodes], cluster)
    : new BoundedCluster([...address.nodes], cluster, answerMs);
}

function optionsOf({ use, answerMs, retry }: ClientOptions): Options {
  const shared: Options = {
    lazyConnect: use === 'store',
    connectTimeout: answerMs,
    reconnectOnError: whenReadOnly(use === 'worker' ? Infinity : answerMs / 2),
    retryStrategy: retry ?? growing,
  };
  if (use === 'worker') return { ...shared, maxRetriesPerRequest: null };
  if (use === 'producer')
    return { ...shared, maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: answerMs };
  return { ...shared, maxRetriesPerRequest: tries, commandTimeout: answerMs };
}

/**
 * A failover leaves this connection with a replica: it answers READONLY, and a new connection leads
 * to the new master. The call is sent again, until that has led nowhere for so long: then each call
 * is refused with these words, and the connection goes on looking for a master.
 */
function whenReadOnly(againForMs: number): NonNullable<Options['reconnectOnError']> {
  const [sendAgain, refuse] = [2, 1] as const;
  let first = -Infinity;
  let last = -Infinity;
  return (error) => {
    if (!error.message.startsWith('READONLY')) return false;
    const now = performance.now();
    if (now - last > 2 * againForMs) first = now;
    last = now;
    return now - first < againForMs ? sendAgain : refuse;
  };
}

/**
 * A master that hangs is given up, because another one may have taken its place. A worker's
 * blocking call takes ten seconds.
 */
const whenSilent = ({ use, answerMs }: ClientOptions): Options => ({
  socketTimeout: use === 'worker' ? 30_000 : answerMs,
});

/**
 * Said in so many words: the process may have been started with weaker defaults
 * (NODE_TLS_REJECT_UNAUTHORIZED=0, --tls-min-v1.0), and the password must not follow them. A
 * private authority is trusted by NODE_EXTRA_CA_CERTS.
 */
const strictTls = {
  minVersion: 'TLSv1.2',
  rejectUnauthorized: true,
  ciphers: authenticatedCiphers,
} as const;

function loginOf({ user, password, tls }: RedisAddress): Options {
  return {
    ...(user === undefined ? {} : { username: user }),
    ...(password === undefined ? {} : { password }),
    ...(tls ? { tls: strictTls } : {}),
  };
}

type BoundedOptions = Omit<ClusterOptions, 'redisOptions'> & {
  redisOptions: Omit<Options, 'enableOfflineQueue' | 'retryStrategy'>;
};

/**
 * `commandTimeout` begins when a command is given to a node. A command that waits for the Cluster
 * to come back would wait for ever.
 */
class BoundedCluster extends Cluster {
  readonly #answerMs: number;

  constructor(nodes: ClusterNode[], options: BoundedOptions, answerMs: number) {
    super(nodes, options);
    this.#answerMs = answerMs;
  }

  override sendCommand(command: Command, ...rest: readonly unknown[]): unknown {
    command.setTimeout(this.#answerMs);
    return super.sendCommand(command, ...(rest as []));
  }
}

/** The masters behind a client, to ask each for itself. */
export const mastersOf = (client: Redis): readonly Redis[] =>
  (client as Redis | Cluster) instanceof Cluster ? (client as unknown as Cluster).nodes('master') : [client];
