import { statSync, writeFileSync } from 'node:fs';
import type { Logger } from 'pino';

const beatMs = 5_000;
/** Two beats, and one whose look waited its full time for Redis. */
const freshMs = 20_000;

/**
 * Says in a file that this worker runs and reaches its Redis: it listens nowhere, so nobody can ask it. The file is touched every 5 s as
 * long as `look` succeeds.
 */
export function startHeartbeat(
  file: string,
  look: () => Promise<unknown>,
  log: Logger,
): { readonly stop: () => void } {
  let failing = false;
  const beat = (): void =>
    void look()
      .then(() => {
        writeFileSync(file, '');
        failing = false;
      })
      .catch((error: unknown) => {
        if (!failing) log.warn({ error }, 'no heartbeat');
        failing = true;
      });
  beat();
  const timer = setInterval(beat, beatMs);
  return { stop: () => clearInterval(timer) };
}

/** Whether the file was touched within the last 20 s. */
export function isFresh(file: string): boolean {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat !== undefined && Date.now() - stat.mtimeMs < freshMs;
}

// The health check of a container or unit: `node workers/heartbeat.ts FILE`.
if (import.meta.main) process.exitCode = isFresh(process.argv[2] ?? '') ? 0 : 1;
