import { type FileHandle, open } from 'node:fs/promises';
import type { BlockHeader } from './format/block.ts';
import { endHash, type Opening, openingOf, parsed, sealOf } from './format/file-lines.ts';

/** The end of a file, where the next section begins. */
export interface FileTail {
  readonly opening: Opening;
  /** The bytes up to here are whole. A crash cut off what follows. */
  readonly end: number;
  readonly size: number;
  /** `endHash` at `end`. */
  readonly hash: string;
  /** Its last block. */
  readonly block: { readonly number: number; readonly head: string };
}

const pieceBytes = 64 * 1024;
/** Read beyond the end of a piece: more than any opening, header or seal line has. */
const overlapBytes = 64 * 1024;
const sealMark = Buffer.from('\n{"seal":');
const blockMark = Buffer.from('\n{"block":');

/**
 * The end of a file of the audit; null when there is no file, or no section was ever whole.
 * @throws when the first line or a seal was changed: nothing may be appended then
 */
export const readTail = (path: string): Promise<FileTail | null> =>
  reading(path, async (file, size) => {
    const found = await lineBefore(file, size, size, sealMark);
    if (found === null) return withoutSeal(path, file, size);
    const seal = sealOf(found.line);
    if (seal === null) throw new Error(`the last seal of ${path} was changed; nothing is added to it`);
    const opening = openingOf((await firstLine(file, size)) ?? '');
    if (opening === null) throw new Error(`the first line of ${path} was changed; nothing is added to it`);
    const block = { number: seal.seal, head: seal.head };
    return { opening, end: found.end, size, hash: endHash(seal), block };
  });

/** The first line of the last block that begins before `end`; null when there is none. */
export const lastHeader = (path: string, end: number): Promise<string | null> =>
  reading(path, async (file, size) => (await lineBefore(file, size, end, blockMark))?.line ?? null);

/** The number of the first block of a file; null when it has none, or it cannot be read. */
export const firstBlock = (path: string): Promise<number | null> =>
  reading(path, async (file, size) => {
    const header = parsed((await firstHeader(file, size)) ?? '') as BlockHeader | null;
    return header?.block ?? null;
  });

async function firstHeader(file: FileHandle, size: number): Promise<string | null> {
  const piece = await bytesOf(file, 0, Math.min(size, 2 * overlapBytes));
  const at = piece.indexOf(blockMark);
  const end = piece.indexOf(0x0a, at + 1);
  return at === -1 || end === -1 ? null : piece.subarray(at + 1, end).toString('utf8');
}

/** A crash in its first section leaves a file with one block and no seal, and no other file. */
async function withoutSeal(path: string, file: FileHandle, size: number): Promise<null> {
  const last = await lineBefore(file, size, size, blockMark);
  if (last !== null && last.line !== (await firstHeader(file, size)))
    throw new Error(`the seals of ${path} were changed; nothing is added to it`);
  return null;
}

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

async function firstLine(file: FileHandle, size: number): Promise<string | null> {
  const piece = await bytesOf(file, 0, Math.min(size, overlapBytes));
  const end = piece.indexOf(0x0a);
  return end === -1 ? null : piece.subarray(0, end).toString('utf8');
}

async function bytesOf(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
  return bytes.subarray(0, bytesRead);
}
