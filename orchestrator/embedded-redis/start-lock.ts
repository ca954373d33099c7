import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { err, fault, type Result } from '../../shared/errors.ts';

const SQLITE_BUSY = 5;

/**
 * Runs `work` while no other process starts a Redis in this folder: two servers on the same files
 * destroy them. The lock is an SQLite transaction, because the kernel gives that back when its
 * holder dies. Fault `redis-starting-elsewhere` after the deadline (real milliseconds).
 */
export async function withStartLock<T>(
  folder: string,
  deadlineMs: number,
  work: () => Promise<Result<T>>,
): Promise<Result<T>> {
  const lock = new DatabaseSync(join(folder, 'start.lock'), { timeout: 0 });
  try {
    const deadline = performance.now() + deadlineMs;
    while (!tryLock(lock)) {
      if (performance.now() > deadline) return err(elsewhere(folder));
      await delay(50);
    }
    return await work();
  } finally {
    lock.close();
  }
}

function tryLock(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}

function elsewhere(folder: string) {
  const message = `Another servpack has been starting a Redis in ${folder} for minutes: end it and start again.`;
  return fault('redis-starting-elsewhere', message);
}
