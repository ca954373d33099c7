import { Redis } from 'ioredis';
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerBinary } from './find-server.ts';

/**
 * From this major version on Redis and Valkey keep small hashes in listpacks; before, they kept
 * them in ziplists.
 */
const LISTPACK_SINCE = 7;

/**
 * The configuration file of a private Redis. It holds the password, because every user of the
 * machine can read the command line. Its paths are relative to the folder that the server is
 * started in.
 */
export function serverSettings(port: number, password: string, majorVersion: number): string {
  const packed = majorVersion < LISTPACK_SINCE ? 'ziplist' : 'listpack';
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    'protected-mode yes',
    `requirepass ${password}`,
    'daemonize no',
    'dir ./',
    // The record of every upgrade lives here: at most one second is lost, and nothing is ever
    // evicted.
    'appendonly yes',
    'appendfsync everysec',
    'save ""',
    'maxmemory-policy noeviction',
    // Timers of delayed jobs drift by 8 ms instead of 55.
    'hz 100',
    // Records and jobs with values over 64 bytes stay small: 430 instead of 922 bytes for a
    // delayed job.
    `hash-max-${packed}-value 1024`,
    '',
  ].join('\n');
}

const LOG = 'redis.log';

export interface ServerProcess {
  readonly child: ChildProcess;
  /** The last line that it logged since this start, without its time and process id. */
  readonly lastWords: () => string | undefined;
}

/**
 * Starts the server in its folder, in a session of its own, so that Ctrl-C in the terminal ends
 * servpack first and Redis after it. Its log is a file: a pipe would break when servpack is
 * killed, and Redis must survive that.
 */
export function spawnServer(server: ServerBinary, folder: string): ServerProcess {
  const logFile = join(folder, LOG);
  const log = openSync(logFile, 'a', 0o600);
  const start = statSync(logFile).size;
  const child = spawn(server.path, ['redis.conf'], {
    cwd: folder,
    env: server.env,
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.on('error', () => undefined); // Seen as a child without a process id.
  closeSync(log);
  return { child, lastWords: () => lastWords(readFileSync(logFile).subarray(start).toString('utf8')) };
}

/** Waits until the server answers. Returns undefined, or why it does not answer. */
export async function untilAnswers(
  child: ChildProcess,
  url: string,
  withinMs: number,
): Promise<string | undefined> {
  if (child.pid === undefined) return 'it could not be executed';
  const ended = new Promise<'ended'>((resolve) => child.once('exit', () => resolve('ended')));
  let deadline = performance.now() + withinMs;
  while (performance.now() < deadline) {
    const answer = await Promise.race([probe(url), ended]);
    if (answer === 'ended') return 'it ended at once';
    if (answer === 'answers') return undefined;
    if (answer === 'loading') deadline = performance.now() + withinMs;
    await delay(20);
  }
  return `no answer within ${withinMs / 1000} s`;
}

export const PORT_TAKEN = /address already in use/i;

/** Redis logs that a port is taken in the middle, and any other reason at the end. */
function lastWords(logged: string): string | undefined {
  const lines = logged.trim().split('\n');
  const line = lines.find((each) => PORT_TAKEN.test(each)) ?? lines.at(-1) ?? '';
  return line.replace(/^\d+:\w \d+ \w+ \d+ [\d:.]+ . /, '').trim() || undefined;
}

/**
 * `answers`: the server takes our password. `loading`: it is ours and still reads its file.
 * `stranger`: another server, which refuses our password. `silent`: nothing answers.
 */
export type ProbeAnswer = 'answers' | 'loading' | 'stranger' | 'silent';

const PROBE_DEADLINE_MS = 2_000;

/** Sends one PING and waits at most two seconds. */
export async function probe(url: string): Promise<ProbeAnswer> {
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    disconnectTimeout: 10,
  });
  redis.on('error', () => undefined); // The rejection below says the same.
  const deadline = setTimeout(() => redis.disconnect(), PROBE_DEADLINE_MS);
  try {
    await redis.connect();
    await redis.ping();
    return 'answers';
  } catch (error) {
    return meaning(error);
  } finally {
    clearTimeout(deadline);
    redis.disconnect();
  }
}

/** A server that is busy or cannot write its disk answers PING with an error: it still runs. */
function meaning(error: unknown): ProbeAnswer {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return 'silent';
  if (error.message.startsWith('LOADING')) return 'loading';
  return /^(WRONGPASS|NOAUTH|ERR)/.test(error.message) ? 'stranger' : 'answers';
}
