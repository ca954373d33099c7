import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/**
 * Another process writes the file: the leader before this one, which finishes its block. It may be
 * frozen in the middle of it.
 */
export class FileBusy extends Error {
  override readonly name = 'FileBusy';
}

/**
 * Runs `work` while no other process writes this file: two orchestrators may share a data folder.
 * The lock is an SQLite transaction, because the kernel releases it when its holder dies.
 * @throws `FileBusy` when another process holds the lock
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
