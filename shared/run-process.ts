import type { Logger } from 'pino';
import { type Config, readConfig } from './config.ts';
import { type Fault, messageOf, type Result } from './errors.ts';
import { openLog } from './log.ts';

/** Something that runs until it is told to stop. */
export interface Running {
  stop(): Promise<void>;
}

/** Without its Redis a process can not even say goodbye there; it ends all the same, and the record knows what it was at. */
export const stopDeadlineMs = 12_000;

/**
 * The life of a process of servpack: reads its settings, starts, says on stdout that it is ready, and stops on SIGTERM or SIGINT. A
 * start that fails ends it with exit code 1 and one sentence on stderr.
 */
export async function runProcess<R extends Running>(
  role: string,
  start: (config: Config, log: Logger) => Promise<Result<R, Fault>>,
  readyWord: (running: R) => string,
): Promise<void> {
  const config = readConfig(process.env);
  const log = openLog(role, config.ok ? config.value.logLevel : 'info');
  const running = config.ok ? await start(config.value, log) : config;
  if (!running.ok) {
    process.stderr.write(`servpack ${role}: ${running.error.message}\n`);
    process.exit(1);
  }
  const stop = (): void => {
    setTimeout(() => {
      log.error({ deadlineMs: stopDeadlineMs }, 'could not stop in time');
      process.exit(1);
    }, stopDeadlineMs).unref();
    running.value.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error: messageOf(error) }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.stdout.write(`servpack ${role}: ${readyWord(running.value)}\n`);
}
