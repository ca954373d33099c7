import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/**
 * Runs `work` while no other process writes this file; two orchestrators may share a data folder. An SQLite transaction, because the kernel
 * gives that back when its holder dies. Throws when another one is at it.
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
    throw isBusy ? new Error(`another orchestrator writes the audit (${path})`, { cause: error }) : error;
  }
}
