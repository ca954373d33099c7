import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { earlier } from './recorded-installation.ts';

const root = join(import.meta.dirname, '../..');

/** Whether the history of this project holds the earlier version: an archive of it has none. */
export function hasEarlierCode(): boolean {
  try {
    execFileSync('git', ['cat-file', '-e', `${earlier}^{commit}`], { cwd: root, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Writes the code of the earlier version into a folder, with the dependencies of this one. */
export function writeEarlierCode(stack: AsyncDisposableStack): string {
  const code = mkdtempSync(join(tmpdir(), 'servpack-earlier-'));
  stack.defer(() => rmSync(code, { recursive: true, force: true }));
  const parts = ['orchestrator', 'workers', 'shared', 'package.json'];
  const archive = execFileSync('git', ['archive', earlier, ...parts], {
    cwd: root,
    maxBuffer: 100 * 1024 * 1024,
  });
  execFileSync('tar', ['-x', '-C', code], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(code, 'node_modules'));
  return code;
}
