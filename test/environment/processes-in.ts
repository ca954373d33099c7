import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * What `/proc` says of processes, by the folder that they belong to. Where there is no `/proc` no
 * process is found.
 */
const read = (path: string): string => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

const link = (path: string): string => {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
};

const names = (path: string): readonly string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

/** The deletion of a folder does not hide that a process works in it. */
const within = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(`${folder}/`) || path === `${folder} (deleted)`;

export const processIds = (): readonly number[] => names('/proc').map(Number).filter(Number.isInteger);

/** Whether a process was started with this variable set to the folder or to a path in it. */
export function isStartedWith(pid: number, variable: string, folder: string): boolean {
  const found = read(`/proc/${pid}/environ`)
    .split('\0')
    .find((each) => each.startsWith(`${variable}=`));
  return found !== undefined && within(found.slice(variable.length + 1), folder);
}

export const worksIn = (pid: number, folder: string): boolean => within(link(`/proc/${pid}/cwd`), folder);

export const hasOpenIn = (pid: number, folder: string): boolean =>
  names(`/proc/${pid}/fd`).some((fd) => within(link(`/proc/${pid}/fd/${fd}`), folder));

/** The name of the program that a process runs, without its folders. */
export const programOf = (pid: number): string => link(`/proc/${pid}/exe`).split('/').at(-1) ?? '';

/**
 * Kills what `find` finds until it finds nothing.
 * @throws when a process is still there at the deadline
 */
export async function killAll(find: () => readonly number[], deadlineMs: number): Promise<void> {
  const deadline = Date.now() + deadlineMs;
  for (let left = find(); left.length > 0; left = find()) {
    for (const pid of left) kill(pid);
    if (Date.now() > deadline) throw new Error(`processes ${left.join(', ')} do not end`);
    await pause(20);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
