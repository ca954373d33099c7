import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FileOnServer, KnownFile } from '../../../shared/domain/campaign/copies.ts';
import { reasonOf } from '../../../shared/reason-of.ts';

/** A copy to be read: its folder, the files that must be there, and what was read of it before. */
export interface CopyRequest {
  readonly path: string;
  readonly files: readonly { readonly name: string; readonly size: number }[];
  readonly known: Readonly<Record<string, KnownFile>>;
}

/**
 * Reads the files of one copy and reports each as soon as it is known. A file is hashed again only
 * when its size or its time differ from what is known. A file of the wrong size is not hashed at
 * all.
 * @returns null, or why the folder cannot be read
 */
export async function readCopy(
  { path, files, known }: CopyRequest,
  report: (name: string, found: FileOnServer) => void,
): Promise<string | null> {
  let names: readonly string[];
  try {
    names = await readdir(path);
  } catch (thrown) {
    return reasonOf(thrown);
  }
  const spelled = Map.groupBy(names, (name) => name.toLowerCase());
  // One after the other: a share is a slow disk, and clients download from it at the same time.
  for (const { name, size } of files)
    report(name, await readFile(path, spelled.get(name) ?? [], size, known[name]));
  return null;
}

async function readFile(
  folder: string,
  names: readonly string[],
  size: number,
  known: KnownFile | undefined,
): Promise<FileOnServer> {
  const [name, other] = names;
  if (name === undefined) return { wrong: 'is missing' };
  if (other !== undefined) return { wrong: `is there twice, as ${name} and ${other}` };
  try {
    const path = join(folder, name);
    const before = await stat(path);
    // Reading a pipe or a device would wait for ever.
    if (!before.isFile()) return { wrong: 'is not a regular file' };
    if (before.size !== size) return { wrong: `has ${before.size} of ${size} bytes` };
    if (known?.size === before.size && known.mtimeMs === before.mtimeMs) return known;
    const sha256 = await hashOf(path, size);
    const after = await stat(path);
    const isStill = after.size === before.size && after.mtimeMs === before.mtimeMs;
    return isStill ? { size, mtimeMs: before.mtimeMs, sha256 } : { wrong: 'is being written' };
  } catch (thrown) {
    return { wrong: `cannot be read: ${reasonOf(thrown)}` };
  }
}

/** Of a file that grows one byte more than its size is read, so that the reading ends. */
async function hashOf(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { end: size }), hash);
  return hash.digest('hex');
}
