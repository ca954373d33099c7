import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/** Another process writes the file: the leader before this one, which ends its block; it may be frozen in the middle of it. */
export class FileBusy extends Error {
  override readonly name = 'FileBusy';
}

/**
 * Runs `work` while no other process writes this file; two orchestrators may share a data folder. An SQLite transaction, because the kernel
 * gives that back when its holder dies. Throws `FileBusy` when another one is at it.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    take(lock, path);
    return await work();
  } finally {
    lock.close();
  }
}

function take(lock: DatabaseSync, path: string): void {
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    const isBusy = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
    throw isBusy ? new FileBusy(`another orchestrator writes the audit (${path})`, { cause: error }) : error;
  }
}
