import { join, resolve } from 'node:path';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { freePort, launch, type LaunchSettings } from './launch.ts';
import { endProcess, isAlive, isGone, worksIn } from './processes.ts';
import {
  findRunning,
  forgetRunning,
  lastOwner,
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
/** A Redis without an owner is not killed, however long it writes; the next `up` names it. */
const WRITES_AT_MOST_MS = 60_000;
/** A wait for another process that a person notices. */
const SILENT_WAIT_MS = 1_000;

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
  return withStartLock(folder.value, options.log, async () => {
    const running = await findRunning(folder.value);
    if (!running.ok) return running;
    if (running.value !== undefined) return ok(attach(folder.value, running.value));
    const killed = lastOwner(folder.value);
    if (killed !== undefined) options.log.info(foundEnded(killed));
    return start(folder.value, options);
  });
}

/**
 * Runs `work` while no other process starts a Redis in this folder: two servers on the same files
 * destroy them. Fault `redis-starting-elsewhere` after the deadline.
 */
async function withStartLock<T>(
  folder: string,
  log: EmbeddedRedisLog,
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  let sayAt = performance.now() + SILENT_WAIT_MS;
  const deadline = performance.now() + START_DEADLINE_MS;
  while (performance.now() <= deadline) {
    using lock = lockFile(join(folder, 'start.lock'));
    if (lock !== null) return await work();
    await delay(50);
    if (performance.now() < sayAt) continue;
    log.info(`Waits for another servpack that starts or ends the Redis of ${folder}`);
    sayAt = Infinity;
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

/** A killed servpack leaves its entry behind. */
const foundEnded = (ownerPid: number): string =>
  `The last servpack of this data folder (process ${ownerPid}) was killed or lost its Redis; starts the Redis again with the same records`;

/** Takes over a Redis whose owner was killed: otherwise no process would ever end it. */
function attach(folder: string, running: RunningRedis): EmbeddedRedis {
  const { url, pid, ownerPid } = running;
  const found = `Redis of this data folder, running already (process ${pid})`;
  if (isAlive(ownerPid)) {
    const how = `${found}; the servpack that started it (process ${ownerPid}) still runs, and ends it`;
    return { url, pid, how, stop: () => Promise.resolve() };
  }
  const how = `${found}; the servpack that started it (process ${ownerPid}) was killed: this one takes it over, and ends it`;
  writeRunning(folder, { url, pid, ownerPid: process.pid });
  const stopping = new Stopping(folder, pid);
  return { url, pid, how, stop: () => stopping.run() };
}

/**
 * Ends the Redis of a servpack that was killed, with SIGTERM alone: Redis first writes its file.
 * Does nothing when another servpack has taken it over. The entry stays: the next servpack of the
 * folder says what it found.
 */
export async function endOrphan(dataDir: string, ownerPid: number): Promise<void> {
  const folder = prepareRedisFolder(dataDir);
  if (!folder.ok) return;
  const silent = { info: () => undefined, warn: () => undefined };
  await withStartLock(folder.value, silent, async () => {
    const running = await findRunning(folder.value);
    if (running.ok && running.value?.ownerPid === ownerPid) {
      process.kill(running.value.pid, 'SIGTERM');
      // The next servpack waits for the lock meanwhile, and finds the Redis ended.
      await isGone(running.value.pid, WRITES_AT_MOST_MS);
    }
    return ok(undefined);
  });
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
