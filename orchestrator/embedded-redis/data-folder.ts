import { chmodSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { err, fault, messageOf, ok, type Result } from '../../shared/errors.ts';

/**
 * Makes `<dataDir>/redis`, for its owner only, and proves by writing that it can be used.
 * Fault `data-folder-not-writable`.
 */
export function prepareRedisFolder(dataDir: string): Result<string> {
  const folder = join(resolve(dataDir), 'redis');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    const probe = join(folder, `.probe-${process.pid}`);
    writeFileSync(probe, '');
    rmSync(probe);
    return ok(folder);
  } catch (error) {
    const why = `${messageOf(error)}: choose another data folder or change its rights`;
    return err(
      fault('data-folder-not-writable', `The data folder ${dataDir} is not writable: ${why}.`, error),
    );
  }
}

/**
 * Writes a file that holds a secret: whole or not at all, and readable by its owner only from the
 * first byte.
 */
export function writeSecretFile(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { mode: 0o600, flag: 'wx' });
  renameSync(draft, path);
}
