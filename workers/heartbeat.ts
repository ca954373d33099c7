import { statSync, writeFileSync } from 'node:fs';
import type { Logger } from 'pino';

const beatMs = 5_000;
/** Two beats, and one that waited its full time for Redis. */
const freshMs = 20_000;

/**
 * Shows in a file that this worker runs and reaches its Redis: a worker listens on no port that
 * could be asked. The file is touched every 5 s as long as `askRedis` succeeds.
 */
export function startHeartbeat(
  file: string,
  askRedis: () => Promise<unknown>,
  log: Logger,
): { readonly stop: () => void } {
  let isFailing = false;
  const beat = (): void =>
    void askRedis()
      .then(() => {
        writeFileSync(file, '');
        isFailing = false;
      })
      .catch((error: unknown) => {
        if (!isFailing) log.warn({ error }, 'no heartbeat');
        isFailing = true;
      });
  beat();
  const timer = setInterval(beat, beatMs);
  return { stop: () => clearInterval(timer) };
}

/** Was the file touched within the last 20 s? */
export function isFresh(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs < freshMs;
}

// The health check of a container or unit: `node workers/heartbeat.ts FILE`.
if (import.meta.main) process.exitCode = isFresh(process.argv[2] ?? '') ? 0 : 1;
