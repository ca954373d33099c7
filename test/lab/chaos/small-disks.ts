import { execFileSync } from 'node:child_process';
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../../shared/errors.ts';
import { type DiskName, diskNames } from './plan.ts';

/** Room for what a run writes, and little enough to be filled at once. */
const sizeOf: Readonly<Record<DiskName, string>> = { audit: '1g', logs: '512m', redis: '2g' };

/**
 * File systems of their own for the folders of a run, so that each can be full. They live in
 * memory, and only root can make them.
 */
export class SmallDisks {
  readonly #dataDir: string;

  /** Removes what an earlier run has left. */
  constructor(dataDir: string) {
    this.#dataDir = dataDir;
    for (const name of diskNames) unmount(this.#folder(name));
  }

  /** Throws, with the reason, where this user may mount nothing. */
  mount(): void {
    for (const name of diskNames) {
      const folder = this.#folder(name);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeOf[name]},mode=0700`, 'chaos', folder], {
          stdio: 'pipe',
        });
      } catch (error) {
        throw new Error(
          `full disks are in the plan, and their file systems cannot be mounted (it takes root): ${messageOf(error)}`,
          { cause: error },
        );
      }
    }
  }

  /** Takes what is free there, to the last block. */
  fill(name: DiskName): void {
    const { bavail, bsize } = statfsSync(this.#folder(name));
    // Other files grow at the same time, so the space may be gone before it is taken.
    let free = bavail * bsize;
    while (free > bsize && !this.#take(name, free)) free = Math.floor(free * 0.9);
    const file = openSync(this.#filler(name), 'a');
    try {
      for (const block = Buffer.alloc(bsize); ;) writeSync(file, block);
    } catch (error) {
      if (!messageOf(error).includes('ENOSPC')) throw error;
    } finally {
      closeSync(file);
    }
  }

  #take(name: DiskName, bytes: number): boolean {
    try {
      execFileSync('fallocate', ['-l', String(bytes), this.#filler(name)], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  empty(name: DiskName): void {
    rmSync(this.#filler(name), { force: true });
  }

  /** Takes the file systems away. What stood in them stays, in folders of the same names. */
  unmount(): void {
    for (const name of diskNames) {
      const folder = this.#folder(name);
      if (!existsSync(folder)) continue;
      const kept = `${folder}.kept`;
      this.empty(name);
      cpSync(folder, kept, { recursive: true });
      unmount(folder);
      rmSync(folder, { recursive: true, force: true });
      renameSync(kept, folder);
    }
  }

  #folder(name: DiskName): string {
    return join(this.#dataDir, name);
  }

  #filler(name: DiskName): string {
    return join(this.#folder(name), 'filler.tmp');
  }
}

/** Until nothing is mounted there. A process that still runs keeps its files. */
function unmount(folder: string): void {
  for (;;) {
    try {
      execFileSync('umount', ['-l', folder], { stdio: 'ignore' });
    } catch {
      return;
    }
  }
}
