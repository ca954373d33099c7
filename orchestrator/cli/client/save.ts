import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { open, rename, rm } from 'node:fs/promises';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { reasonOf, systemCodeOf } from '../../../shared/reason-of.ts';
import type { Refusal } from '../../refusal.ts';
import { brokenOff } from './broken-off.ts';

/**
 * Writes a file under another name first: a file of this name is whole.
 * @param write writes the draft
 * @returns fault `input.file` where the file cannot be written, that of `brokenOff` where what
 *   should stand in it does not arrive; no file is left then
 */
export async function writtenFile<T>(
  path: string,
  write: (draft: string) => Promise<T>,
): Promise<Result<T, Refusal>> {
  const draft = `${path}.part`;
  try {
    const written = await write(draft);
    await rename(draft, path);
    return ok(written);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    return err(
      isOfFile(error)
        ? fault('input.file', `${path} cannot be written: ${reasonOf(error)}`)
        : brokenOff(`${path} is not written`, error),
    );
  }
}

/** Errors of the file system and of SQLite. When the connection breaks, the socket has the code. */
function isOfFile(error: unknown): boolean {
  if ((error as { readonly code?: unknown }).code === 'ERR_SQLITE_ERROR') return true;
  const code = systemCodeOf(error);
  return code !== null && !/^(?:ECONN|EPIPE|UND_ERR)/.test(code);
}

/** The file, and the SHA-256 of what stands in it. */
export const intoFile = (
  path: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Result<{ readonly file: string; readonly sha256: string }, Refusal>> =>
  writtenFile(path, async (draft) => {
    const hash = createHash('sha256');
    await using file = await open(draft, 'w');
    for await (const chunk of bytes) {
      hash.update(chunk);
      await file.appendFile(chunk);
    }
    return { file: path, sha256: hash.digest('hex') };
  });

/** Prints bytes while they arrive, no faster than they are read. */
export async function ontoStdout(bytes: AsyncIterable<Uint8Array>): Promise<Result<void, Refusal>> {
  try {
    for await (const chunk of bytes) if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
    return ok(undefined);
  } catch (error) {
    return err(brokenOff('the output is incomplete', error));
  }
}
