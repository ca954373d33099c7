import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { writeSecretFile } from './data-folder.ts';
import { probe } from './probe.ts';
import { isAlive, isGone, worksIn } from './processes.ts';

const FILE = 'running.json';
/** How long a Redis that is there may be silent: one that is just ending needs a moment. */
const SILENCE_MS = 2_000;

const schema = z.strictObject({
  url: z.string(),
  pid: z.int().positive(),
  /** The process that ends it; when that has died the next one that attaches takes over. */
  ownerPid: z.int().positive(),
});

/**
 * The Redis that runs on a data folder. `url` holds the password, so the file is for its owner
 * only.
 */
export type RunningRedis = Readonly<z.infer<typeof schema>>;

export function writeRunning(folder: string, running: RunningRedis): void {
  writeSecretFile(join(folder, FILE), `${JSON.stringify(running)}\n`);
}

/** Only its own entry: a next Redis may have been started the moment this one ended. */
export function forgetRunning(folder: string, pid: number): void {
  if (readRunning(folder)?.pid === pid) rmSync(join(folder, FILE), { force: true });
}

/**
 * The Redis that already runs on this folder, or undefined. Fault `redis-not-answering`: it is
 * there but silent; a second one on the same files would destroy them.
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
    return schema.parse(JSON.parse(readFileSync(join(folder, FILE), 'utf8')));
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
