import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { Redis } from 'ioredis';
import { messageOf } from '../../shared/errors.ts';
import { startPrivateRedis } from '../environment/private-redis.ts';
import { type GuardOptions, guardRun } from '../environment/run-guard.ts';

/** Progress of a bench; its figures alone go to stdout. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Runs a bench as the whole process. Ctrl-C leaves no Redis, worker or server behind: it ends the
 * run, and the stack ends everything that was started; the guard ends what is started even then.
 * Exit code 1 when the bench fails or is interrupted.
 */
export async function runBench(
  name: string,
  measure: (stack: AsyncDisposableStack) => Promise<void>,
  guard: GuardOptions = {},
): Promise<void> {
  const guarded = await guardRun(guard);
  try {
    await using stack = new AsyncDisposableStack();
    // Listening comes first: a bench's start may block before it first waits.
    await Promise.race([interrupted(), measure(stack)]);
  } catch (error) {
    say(`${name}: ${messageOf(error)}`);
    process.exitCode = 1;
  }
  await guarded.end();
  // A figure that was interrupted may still wait for something.
  process.exit();
}

const interrupted = (): Promise<never> =>
  new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        // A terminal sends Ctrl-C to all processes: what breaks from now on breaks because of it,
        // and must not stop the rest from being ended.
        process.on('uncaughtException', () => undefined);
        reject(new Error('interrupted'));
      });
  });

/**
 * A Redis of the bench's own with the settings of the embedded one (AOF every second), and a
 * connection to it.
 */
export async function openOwnRedis(stack: AsyncDisposableStack) {
  const server = await startPrivateRedis();
  stack.defer(() => server.stop());
  const redis = new Redis(server.url);
  stack.defer(() => redis.disconnect());
  return { server, redis };
}

export const machineOf = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  os: `${process.platform} ${release()}`,
  node: process.version,
});

/** @param file null = not asked for */
export function writeResult(file: string | null, result: unknown): void {
  if (file !== null) writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
}
