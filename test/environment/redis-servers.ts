import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../orchestrator/embedded-redis/launch.ts';
import { findServer } from '../../orchestrator/embedded-redis/find-server.ts';
import { patienceMs } from './patience.ts';
import { packagesDir } from './private-redis.ts';

/** A redis-server of a test that kills, freezes and restarts it, by its pid. */
export interface RedisServer {
  readonly port: number;
  readonly client: Redis;
  readonly pid: () => number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has ended. */
  die(): Promise<void>;
  /** Starts it again on its files, and waits until it answers. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const usual = ['--bind', '127.0.0.1', '--save', '', '--maxmemory-policy', 'noeviction', '--hz', '100'];

/**
 * Starts one with these settings in a folder of its own; it is deleted when it is stopped.
 * @param mode `--sentinel` needs a configuration file, which is the first of the settings
 */
export async function startRedisServer(
  folder: string,
  settings: readonly string[],
  file: readonly string[] = [],
): Promise<RedisServer> {
  const server = await findServer({ env: process.env, packagesDir, log: console });
  if (!server.ok) throw new Error(server.error.message);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const log = openSync(join(folder, 'redis.log'), 'a');
  const args = [...file, '--port', String(port), '--dir', resolve(folder), ...settings];
  const launch = (): ChildProcess => {
    const { path, env } = server.value;
    const all = file.length > 0 ? args : [...usual, ...args];
    // With the signal ignored, a limit on the size of files (`prlimit --fsize`) fails its writes as
    // a full disk does, and does not end it.
    const script = `trap '' XFSZ; exec "$0" "$@"`;
    return spawn('/bin/sh', ['-c', script, path, ...all], { env, stdio: ['ignore', log, log] });
  };
  let child = launch();
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  const ended = (): Promise<void> =>
    new Promise((done) => {
      if (child.exitCode !== null || child.signalCode !== null) done();
      else child.once('exit', () => done());
    });
  const answers = async (): Promise<void> => {
    for (const deadline = Date.now() + patienceMs; ; await new Promise((go) => setTimeout(go, 20))) {
      const said = await client.info('persistence').catch(() => '');
      if (said.includes('loading:0') || (said === '' && (await client.ping().catch(() => '')) === 'PONG'))
        return;
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the Redis on port ${port} has ended: see ${folder}/redis.log`);
      if (Date.now() > deadline) throw new Error(`the Redis on port ${port} does not answer`);
    }
  };
  const kill = (signal: NodeJS.Signals): void => void child.kill(signal);
  const die = async (): Promise<void> => {
    kill('SIGKILL');
    await ended();
  };
  await answers();
  return {
    port,
    client,
    pid: () => child.pid ?? 0,
    kill,
    die,
    restart: async () => {
      child = launch();
      await answers();
    },
    stop: async () => {
      client.disconnect();
      kill('SIGCONT');
      await die();
      closeSync(log);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
