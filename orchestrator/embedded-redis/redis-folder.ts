import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { isAlive, isGone, worksIn } from './processes.ts';
import { probe } from './server-process.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { makeFolder } from '../make-folder.ts';
import { reasonOf } from '../../shared/reason-of.ts';

/**
 * Makes `<dataDir>/redis`, for its owner only, and proves by writing that it can be used.
 * Fault `data-folder-not-writable`.
 */
export function prepareRedisFolder(dataDir: string): Result<string> {
  const folder = join(resolve(dataDir), 'redis');
  try {
    makeFolder(folder, 0o700);
    chmodSync(folder, 0o700);
    const probe = join(folder, `.probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
    return ok(folder);
  } catch (error) {
    const why = `${reasonOf(error)}; choose another data folder or change its rights`;
    return err(
      fault('data-folder-not-writable', `The data folder ${dataDir} is not writable: ${why}.`, error),
    );
  }
}

/**
 * Writes a file that holds a secret: whole or not at all, and readable by its owner only from the
 * first byte.
 */
export function writeSecretFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
}

const RUNNING_FILE = 'running.json';
/** How long a running Redis may be silent: a Redis that is ending needs a moment. */
const SILENCE_MS = 2_000;

const schema = z.strictObject({
  url: z.string(),
  pid: z.int().positive(),
  /** The process that ends it. When it has died, the next process that attaches takes over. */
  ownerPid: z.int().positive(),
});

/**
 * The Redis that runs on a data folder. `url` holds the password, so the file is for its owner
 * only.
 */
export type RunningRedis = Readonly<z.infer<typeof schema>>;

export function writeRunning(folder: string, running: RunningRedis): void {
  writeSecretFile(join(folder, RUNNING_FILE), `${JSON.stringify(running)}\n`);
}

/** Removes the entry of this process only: the next Redis may have been started already. */
export function forgetRunning(folder: string, pid: number): void {
  if (readRunning(folder)?.pid === pid) rmSync(join(folder, RUNNING_FILE), { force: true });
}

/** The owner in the entry of this folder, which only a servpack that stops in order removes. */
export const lastOwner = (folder: string): number | undefined => readRunning(folder)?.ownerPid;

/**
 * The Redis that already runs on this folder, or undefined. Fault `redis-not-answering`: it runs
 * and does not answer. A second Redis on the same files would destroy them.
 */
export async function findRunning(folder: string): Promise<Result<RunningRedis | undefined>> {
  const running = readRunning(folder);
  if (running === undefined || !isOurs(running, folder)) return ok(undefined);
  const answer = await probe(running.url);
  if (answer === 'answers' || answer === 'loading') return ok(running);
  if (await isGone(running.pid, SILENCE_MS)) return ok(undefined);
  return (await probe(running.url)) === 'answers' ? ok(running) : err(silent(running.pid, folder));
}

/**
 * An unreadable file counts as missing: the file is written as a whole, so a broken one is not
 * ours.
 */
function readRunning(folder: string): RunningRedis | undefined {
  try {
    return schema.parse(JSON.parse(readFileSync(join(folder, RUNNING_FILE), 'utf8')));
  } catch {
    return undefined;
  }
}

function isOurs({ pid }: RunningRedis, folder: string): boolean {
  return isAlive(pid) && worksIn(pid, folder);
}

function silent(pid: number, folder: string) {
  const advice = `end it (kill ${pid}) and start again`;
  return fault('redis-not-answering', `The Redis of ${folder} (process ${pid}) does not answer: ${advice}.`);
}
