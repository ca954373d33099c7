import type { Fence } from '../../../../shared/store/types.ts';
import { createHash } from 'node:crypto';
import { ok } from '../../../../shared/errors.ts';
import type { GatewayResult } from '../../../../shared/execution/gateway.ts';
import { sendUntilSaid, wordsOf } from './send.ts';
import { attempt, type ClientShell, failure, refused } from '../connection/client.ts';
import { hashBack } from '../connection/files.ts';
import type { Part } from '../connection/frame.ts';
import { hashSaid } from './hash-said.ts';
import { noteRename } from './pending-renames.ts';
import { staged } from './staging.ts';
import { hashSection, isMissing } from '../look/look-sections.ts';
import { quotePath } from '../connection/quote.ts';

const done = 'servpack:done';
const triesAtMost = 3;

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('\\'));

/**
 * SHA-256 of a file by certutil, or of the file read back where certutil prints none; null when
 * there is no such file.
 */
export async function hash(shell: ClientShell, path: string): Promise<GatewayResult<string | null>> {
  const quoted = refused(quotePath(path));
  if (!quoted.ok) return quoted;
  const parts = await shell.read([hashSection('hash', quoted.value)]);
  return parts.ok ? hashIn(shell, path, parts.value.get('hash')) : parts;
}

/** The hash in the section of `hashSection`. */
export async function hashIn(
  { connection, signal }: ClientShell,
  path: string,
  part: Part | undefined,
): Promise<GatewayResult<string | null>> {
  if (part?.text.trim() === isMissing) return ok(null);
  const said = hashSaid(part?.text ?? '');
  if (said !== null) return ok(said);
  const why = `certutil printed no hash of ${path} (${wordsOf(part ?? unsaid)}), and reading it failed`;
  return attempt(why, () => hashBack(connection, path, signal));
}

const unsaid: Part = { text: '', exitCode: null };

/**
 * Copies a file. A full disk leaves a torn file behind: where there was none before, the same line
 * removes it, and then the folder that it has created for it.
 */
export async function copy(
  shell: ClientShell,
  fence: Fence,
  from: string,
  to: string,
): Promise<GatewayResult<void>> {
  const [source, target] = [refused(quotePath(from)), refused(quotePath(to))];
  if (!source.ok) return source;
  if (!target.ok) return target;
  const put = `(copy /y /b ${source.value} ${target.value} 2>&1 && echo ${done})`;
  const removed = `del /f /q ${target.value} 2>nul`;
  const folder = `"${parentOf(to)}"`;
  const made = `(md ${folder} 2>&1& (${put} || (${removed}& rd ${folder} 2>nul)))`;
  const added = `(if exist ${target.value} ${put} else (${put} || (${removed})))`;
  const copying = `(if exist "${parentOf(to)}\\" ${added} else ${made})`;
  return sendUntilSaid(
    shell,
    fence,
    `if exist ${source.value} ${copying} else (echo ${from.replaceAll(/[^\w:\\. -]/g, '?')} is not there)`,
    done,
  );
}

export async function remove(shell: ClientShell, fence: Fence, path: string): Promise<GatewayResult<void>> {
  const quoted = refused(quotePath(path));
  if (!quoted.ok) return quoted;
  const folder = parentOf(path);
  return sendUntilSaid(
    shell,
    fence,
    // The exit code of `del` does not say whether the file is gone; `rd` removes only an empty
    // folder.
    `(if exist ${quoted.value} del /f /q ${quoted.value} 2>&1)& (if not exist ${quoted.value} (echo ${done}& rd "${folder}" 2>nul))`,
    done,
  );
}

/**
 * Stages content, verifies its hash there, and has cmd.exe copy it to `to`, which respects the
 * locks of Windows.
 */
export async function upload(
  shell: ClientShell,
  fence: Fence,
  content: Buffer,
  to: string,
): Promise<GatewayResult<void>> {
  const target = refused(quotePath(to));
  if (!target.ok) return target;
  return staged(shell, content, async (path) => {
    const there = await hash(shell, path);
    if (!there.ok) return there;
    if (there.value !== createHash('sha256').update(content).digest('hex'))
      return failure('failed', `what was brought for ${to} arrived as something else`);
    return copy(shell, fence, path, to);
  });
}

/**
 * Lists a rename for the next start of Windows. Another program may change the list at the same
 * time; then it is read again.
 */
export async function replaceAtRestart(
  shell: ClientShell,
  fence: Fence,
  from: string,
  to: string,
): Promise<GatewayResult<void>> {
  const [source, target] = [refused(quotePath(from)), refused(quotePath(to))];
  if (!source.ok) return source;
  if (!target.ok) return target;
  const rename = { from: `\\??\\${from}`, to: `!\\??\\${to}` };
  for (let tries = 1; ; tries += 1) {
    const noted = await noteRename(shell, fence, source.value, rename);
    if (!noted.ok || noted.value === 'noted') return noted.ok ? ok(undefined) : noted;
    if (tries === triesAtMost)
      return failure('failed', 'other programs change the list of pending renames again and again');
  }
}
