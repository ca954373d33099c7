import { DatabaseSync } from 'node:sqlite';

const SQLITE_BUSY = 5;

/**
 * Locks a file until it is disposed of: no other process can lock it meanwhile. The lock is an
 * SQLite transaction, because the kernel releases it when its holder dies.
 * @returns null when another process holds the lock
 */
export function lockFile(path: string): Disposable | null {
  const lock = new DatabaseSync(path, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return { [Symbol.dispose]: () => lock.close() };
  } catch (error) {
    lock.close();
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return null;
    throw error;
  }
}
