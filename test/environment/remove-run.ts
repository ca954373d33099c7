import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { patienceMs } from './patience.ts';
import { isStartedWith, killAll, processIds, programOf, worksIn } from './processes-in.ts';

/** A run, as its guard knows it. */
export interface Run {
  /** Was the TMPDIR of the run; is removed. */
  readonly folder: string;
  /** The process of the run. */
  readonly owner: number;
  /** Data folders that stay; a private Redis ends that the run has started on one of them. */
  readonly keeps: readonly string[];
}

/** Ends the processes of a run and removes its folder. */
export async function removeRun(run: Run): Promise<void> {
  await killAll(() => processesOf(run), patienceMs);
  rmSync(run.folder, { recursive: true, force: true, maxRetries: 5 });
}

/** The processes that a run has started, by their ids. */
export function processesOf({ folder, owner, keeps }: Run): readonly number[] {
  const redis = keeps.map((keep) => redisOn(keep, owner));
  return processIds().filter(
    (pid) => isStartedWith(pid, 'TMPDIR', folder) || isRedisIn(pid, folder) || redis.includes(pid),
  );
}

/**
 * A redis-server overwrites the environment that `/proc` shows. It is known by the folder that it
 * works in.
 */
const isRedisIn = (pid: number, folder: string): boolean =>
  /^(redis|valkey)-/.test(programOf(pid)) && worksIn(pid, folder);

/** The Redis of a data folder, if the owner started it. */
function redisOn(dataDir: string, owner: number): number | null {
  const folder = join(dataDir, 'redis');
  try {
    const { pid, ownerPid } = JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8')) as {
      readonly pid: number;
      readonly ownerPid: number;
    };
    return ownerPid === owner && isRedisIn(pid, folder) ? pid : null;
  } catch {
    return null;
  }
}
