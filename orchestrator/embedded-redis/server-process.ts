import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { probe } from './probe.ts';
import type { ServerBinary } from './server-binary.ts';

const LOG = 'redis.log';

export interface ServerProcess {
  readonly child: ChildProcess;
  /** The last line that it logged since this start, without its time and process id. */
  readonly lastWords: () => string | undefined;
}

/**
 * Starts the server in its folder, in a session of its own, so that Ctrl-C in the terminal ends
 * servpack first and Redis after it. Its log is a file: a pipe would break when servpack is
 * killed, and Redis is to survive that.
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

/** Undefined once the server answers, else why it never will. */
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

/** A port that was taken is said in the middle; everything else at the end. */
function lastWords(logged: string): string | undefined {
  const lines = logged.trim().split('\n');
  const line = lines.find((each) => PORT_TAKEN.test(each)) ?? lines.at(-1) ?? '';
  return line.replace(/^\d+:\w \d+ \w+ \d+ [\d:.]+ . /, '').trim() || undefined;
}
