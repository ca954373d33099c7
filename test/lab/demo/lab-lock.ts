import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Locks the data folder: a second lab in it would delete the first. A lock whose owner has ended is
 * taken over.
 * @returns releases the lock
 * @throws when another lab runs here
 */
export function holdLab(dataDir: string): () => void {
  const file = join(dataDir, 'lab.pid');
  const owner = ownerIn(file);
  if (owner !== null && isAlive(owner)) {
    throw new Error(`a lab runs here already (process ${owner}); stop it, or give --data another folder`);
  }
  writeFileSync(file, `${process.pid}\n`);
  return () => rmSync(file, { force: true });
}

function ownerIn(file: string): number | null {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
