import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { childEnvironment } from '../child-environment.ts';

const script = join(import.meta.dirname, 'guard-process.ts');

/** A process that outlives this one by a moment, to end the private Redis. */
export interface RedisGuard {
  /** The Redis is ended after this process: a worker hands its clients over first. */
  after(pid: number): void;
  /** Ends the guard: the Redis has an orderly end. */
  end(): Promise<void>;
}

/**
 * Starts the guard of the private Redis of a data folder. The guard reads from a pipe that this
 * process holds, and the pipe closes however this process ends, by SIGKILL too. A session of its
 * own keeps Ctrl-C and the end of the terminal away from the guard.
 */
export function guardRedis(dataDir: string, env: NodeJS.ProcessEnv): RedisGuard {
  const guard = spawn(process.execPath, [script, resolve(dataDir), String(process.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: childEnvironment(env),
  });
  // Without a guard servpack runs as well: the next start takes over what a kill leaves.
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  return {
    after: (pid) => void guard.stdin.write(`${pid}\n`),
    end: async () => {
      if (guard.pid === undefined || guard.exitCode !== null || guard.signalCode !== null) return;
      const exited = once(guard, 'exit');
      guard.ref();
      guard.kill('SIGKILL');
      await exited;
    },
  };
}
