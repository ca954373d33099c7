import { type FileHandle, open } from 'node:fs/promises';
import { openingOf, sealOf } from './format/file-lines.ts';

/** The end of a file, where the next section begins. */
export interface FileTail {
  /** The bytes up to here are whole. A crash cut off what follows. */
  readonly end: number;
  readonly size: number;
  /** The running hash at `end`. */
  readonly hash: string;
  /** Its last block; null = it has only its opening line. */
  readonly block: { readonly number: number; readonly head: string } | null;
}

const pieceBytes = 64 * 1024;
/** Read beyond the end of a piece: more than any opening, header or seal line has. */
const overlapBytes = 64 * 1024;
const sealMark = Buffer.from('\n{"seal":');
const blockMark = Buffer.from('\n{"block":');

/**
 * The end of a file of the audit; null when there is no file, or no section was ever whole.
 * @throws when the last seal was changed: nothing may be appended then
 */
export const readTail = (path: string): Promise<FileTail | null> =>
  reading(path, async (file, size) => {
    const found = await lineBefore(file, size, size, sealMark);
    if (found === null) return justOpened(file, size);
    const seal = sealOf(found.line);
    if (seal === null) throw new Error(`the last seal of ${path} was changed; nothing is added to it`);
    return { end: found.end, size, hash: seal.file, block: { number: seal.seal, head: seal.head } };
  });

/** The first line of the last block that begins before `end`; null when there is none. */
export const lastHeader = (path: string, end: number): Promise<string | null> =>
  reading(path, async (file, size) => (await lineBefore(file, size, end, blockMark))?.line ?? null);

async function reading<T>(
  path: string,
  read: (file: FileHandle, size: number) => Promise<T | null>,
): Promise<T | null> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    return await read(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

/**
 * The last whole line before `end` that begins with the mark. Read backwards, in pieces that
 * overlap.
 */
async function lineBefore(file: FileHandle, size: number, end: number, mark: Buffer) {
  for (let to = end; to > 0; to -= pieceBytes) {
    const from = Math.max(0, to - pieceBytes);
    const piece = await bytesOf(file, from, Math.min(size, to + overlapBytes));
    for (let at = piece.lastIndexOf(mark); at !== -1; at = at === 0 ? -1 : piece.lastIndexOf(mark, at - 1)) {
      const lineEnd = piece.indexOf(0x0a, at + 1);
      if (lineEnd === -1 || from + at >= end) continue;
      return { line: piece.subarray(at + 1, lineEnd).toString('utf8'), end: from + lineEnd + 1 };
    }
  }
  return null;
}

async function justOpened(file: FileHandle, size: number): Promise<FileTail | null> {
  const piece = await bytesOf(file, 0, Math.min(size, overlapBytes));
  const end = piece.indexOf(0x0a);
  const opening = end === -1 ? null : openingOf(piece.subarray(0, end).toString('utf8'));
  return opening === null ? null : { end: end + 1, size, hash: opening.file, block: null };
}

async function bytesOf(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
}
