import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { windowsPatienceMs } from '../../environment/patience.ts';
import { hasOpenIn, isStartedWith, killAll, processIds, programOf } from '../../environment/processes-in.ts';

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** A process of Wine has its prefix in its environment. */
const isWindowsOf = (pid: number, folder: string): boolean => isStartedWith(pid, 'WINEPREFIX', folder);

/**
 * Processes that are not Windows have their home there: sftp, and a held command in a prefix; and
 * the processes of a test's installation beside them.
 */
const isAtHomeIn = (pid: number, folder: string): boolean => isStartedWith(pid, 'HOME', folder);

/** An sshd of a client, and each of its sessions, has its log open. */
const isSshdOf = (pid: number, folder: string): boolean =>
  programOf(pid) === 'sshd' && hasOpenIn(pid, folder);

/** The Windows processes of the lab or client in this folder, by their id on this machine. */
export const windowsProcessesOf = (folder: string): readonly number[] =>
  processIds().filter((pid) => isWindowsOf(pid, folder));

const sshdsOf = (folder: string): readonly number[] =>
  processIds().filter((pid) => isSshdOf(pid, folder) || isAtHomeIn(pid, folder));

export const processesOf = (folder: string): readonly number[] => [
  ...sshdsOf(folder),
  ...windowsProcessesOf(folder),
];

/** Ends the client's sshd with its sessions: connections are cut and new ones refused. */
export const endSshdOf = (folder: string): Promise<void> => endAll(folder, sshdsOf);

/**
 * Ends every process of a lab or a client at once, like a power failure, and waits until they have
 * ended.
 */
export const endProcessesOf = (folder: string): Promise<void> => endAll(folder, processesOf);

const endAll = (folder: string, find: (folder: string) => readonly number[]): Promise<void> =>
  killAll(() => find(folder), windowsPatienceMs);

/**
 * Ends the processes that a run of the lab has left, and removes its folder and the files that its
 * servers left beside it.
 */
export async function removeRun(folder: string): Promise<void> {
  await endProcessesOf(folder);
  if (!existsSync(folder)) return;
  for (const client of readdirSync(folder)) removeServerFolder(join(folder, client));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/**
 * Debian's wineserver has its socket in a folder of its own below /tmp, and writes the name of the
 * folder into the prefix.
 */
export function removeServerFolder(prefix: string): void {
  const name = read(join(prefix, 'wineserver')).trim();
  if (/^wine-\w{6}$/.test(name)) rmSync(join('/tmp', name), { recursive: true, force: true });
}

/** Removes every run whose lab was killed together with its guard. */
export async function sweepRuns(home: string): Promise<void> {
  const runs = join(home, 'runs');
  if (!existsSync(runs)) return;
  for (const name of readdirSync(runs)) {
    const owner = Number(name.split('-')[0]);
    if (!isRunning(owner)) await removeRun(join(runs, name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
