import { join, resolve } from 'node:path';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { freePort, launch, type LaunchSettings } from './launch.ts';
import { endProcess, isAlive, worksIn } from './processes.ts';
import {
  findRunning,
  forgetRunning,
  prepareRedisFolder,
  type RunningRedis,
  writeRunning,
} from './redis-folder.ts';
import { type EmbeddedRedisLog, findServer } from './find-server.ts';
import { lockFile } from '../file-lock.ts';
import { setTimeout as delay } from 'node:timers/promises';

/** Real time that another process may take to start: longer than apt needs on a slow line. */
const START_DEADLINE_MS = 300_000;
const STOP_GRACE_MS = 10_000;

export interface EmbeddedRedisOptions {
  /** The data folder; Redis keeps its files in `redis` below it. */
  readonly dataDir: string;
  readonly log: EmbeddedRedisLog;
  /** Where a copy from the OS packages is kept; `os-packages` below the data folder by default. */
  readonly packagesDir?: string;
  /** Environment to search for programs in, and to start them with. */
  readonly env?: NodeJS.ProcessEnv;
  readonly choosePort?: LaunchSettings['choosePort'];
  readonly answerWithinMs?: LaunchSettings['answerWithinMs'];
}

export interface EmbeddedRedis {
  /** With the password: never log it. */
  readonly url: string;
  readonly pid: number;
  /** For the operator: which server, from where, or that it ran already. */
  readonly how: string;
  /**
   * Ends it and awaits its exit, data written. Leaves a Redis alone that another live servpack
   * started.
   */
  readonly stop: () => Promise<void>;
}

/**
 * The private Redis of a data folder: attached to when it runs already, else started; append-only
 * file on, nothing evicted, loopback only, with a password. Faults: `data-folder-not-writable`,
 * `redis-missing`, `redis-not-started`, `redis-not-answering`, `redis-starting-elsewhere`.
 */
export async function startEmbeddedRedis(options: EmbeddedRedisOptions): Promise<Result<EmbeddedRedis>> {
  const folder = prepareRedisFolder(options.dataDir);
  if (!folder.ok) return folder;
  return withStartLock(folder.value, async () => {
    const running = await findRunning(folder.value);
    if (!running.ok) return running;
    return running.value === undefined
      ? start(folder.value, options)
      : ok(attach(folder.value, running.value));
  });
}

/**
 * Runs `work` while no other process starts a Redis in this folder: two servers on the same files
 * destroy them. Fault `redis-starting-elsewhere` after the deadline.
 */
async function withStartLock<T>(folder: string, work: () => Promise<Result<T>>): Promise<Result<T>> {
  const deadline = performance.now() + START_DEADLINE_MS;
  while (performance.now() <= deadline) {
    using lock = lockFile(join(folder, 'start.lock'));
    if (lock !== null) return await work();
    await delay(50);
  }
  const message = `Another servpack has been starting a Redis in ${folder} for minutes: end it and start again.`;
  return err(fault('redis-starting-elsewhere', message));
}

async function start(folder: string, options: EmbeddedRedisOptions): Promise<Result<EmbeddedRedis>> {
  const { dataDir, log, env = process.env, choosePort = freePort, answerWithinMs = 15_000 } = options;
  const packagesDir = options.packagesDir ?? join(resolve(dataDir), 'os-packages');
  const server = await findServer({ env, packagesDir, log });
  if (!server.ok) return server;
  const launched = await launch(server.value, { folder, choosePort, answerWithinMs });
  if (!launched.ok) return launched;
  const { url, pid, child } = launched.value;
  writeRunning(folder, { url, pid, ownerPid: process.pid });
  const stopping = new Stopping(folder, pid);
  child.once('exit', (code, signal) => {
    if (!stopping.begun)
      log.warn(`The private Redis ended by itself (${signal ?? code}): see ${folder}/redis.log`);
  });
  return ok({ url, pid, how: server.value.how, stop: () => stopping.run() });
}

/** Takes over a Redis whose owner was killed: otherwise no process would ever end it. */
function attach(folder: string, running: RunningRedis): EmbeddedRedis {
  const { url, pid, ownerPid } = running;
  const how = `Redis of this data folder, running already (process ${pid})`;
  if (isAlive(ownerPid)) return { url, pid, how, stop: () => Promise.resolve() };
  writeRunning(folder, { url, pid, ownerPid: process.pid });
  const stopping = new Stopping(folder, pid);
  return { url, pid, how, stop: () => stopping.run() };
}

/** Stops the Redis once, however often `run` is called. */
class Stopping {
  readonly #folder: string;
  readonly #pid: number;
  #ended: Promise<void> | undefined;

  constructor(folder: string, pid: number) {
    this.#folder = folder;
    this.#pid = pid;
  }

  get begun(): boolean {
    return this.#ended !== undefined;
  }

  run(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    // The Redis may have ended long ago, and another process may have its process id now.
    if (worksIn(this.#pid, this.#folder)) await endProcess(this.#pid, STOP_GRACE_MS);
    forgetRunning(this.#folder, this.#pid);
  }
}
