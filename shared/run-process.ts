import { flushCompileCache } from 'node:module';
import type { Logger } from 'pino';
import { type Config, readConfig } from './config.ts';
import { type Fault, messageOf, type Result } from './errors.ts';
import { openLog } from './log.ts';
import { outliveOutput } from './outlive-output.ts';
import { onStopSignals } from './stop-signals.ts';

/** A program that runs until it is asked to stop. */
export interface Running {
  /** Rejects when not everything could be put in order; the process then ends with exit code 1. */
  stop(): Promise<void>;
}

/**
 * From SIGTERM on: how long a command on a client may go on before it is abandoned, and how long
 * the whole process has. Below the ten seconds after which container engines kill.
 */
export const stopDeadlines = { commandMs: 7_000, processMs: 9_500 } as const;

/**
 * The life of a process of servpack: reads its settings, starts, says on stdout that it is ready,
 * and stops on SIGTERM or SIGINT. Exit code 0: everything was closed in order. 1: the start failed
 * (one sentence on stderr), or the process could not stop cleanly or in time, because Redis was
 * unavailable. It ends all the same; the records say what it was doing.
 */
export async function runProcess<R extends Running>(
  role: string,
  start: (config: Config, log: Logger) => Promise<Result<R, Fault>>,
  readyWord: (running: R) => string,
): Promise<void> {
  outliveOutput();
  const config = readConfig(process.env);
  const log = openLog(role, config.ok ? config.value.logLevel : 'info');
  const running = config.ok ? await start(config.value, log) : config;
  if (!running.ok) {
    process.stderr.write(`servpack ${role}: ${running.error.message}\n`);
    process.exit(1);
  }
  onStopSignals(
    () => void stop(running.value, log),
    (sentence) => log.warn(sentence),
  );
  process.stdout.write(`servpack ${role}: ${readyWord(running.value)}\n`);
  // Flushes Node's compile cache (NODE_COMPILE_CACHE) now: Node would do so at the end, and this
  // process may be killed.
  flushCompileCache();
}

async function stop(running: Running, log: Logger): Promise<never> {
  const deadlineMs = stopDeadlines.processMs;
  setTimeout(() => {
    log.error({ deadlineMs }, 'could not stop in time');
    process.exit(1);
  }, deadlineMs).unref();
  log.info('stopping');
  try {
    await running.stop();
  } catch (error) {
    log.error({ error: messageOf(error) }, 'could not stop cleanly');
    process.exit(1);
  }
  process.exit(0);
}
