import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCodeOf } from '../shared/reason-of.ts';

/**
 * Makes a folder, and the folders above it, where they do not exist. `mkdirSync` with `recursive`
 * never returns where the system answers ENOENT below a folder that exists, as /proc does.
 * Throws the error of the system.
 */
export function makeFolder(path: string, mode = 0o777): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === 'EEXIST' && statSync(path).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error;
    makeFolder(dirname(path), mode);
    makeFolder(path, mode);
  }
}
