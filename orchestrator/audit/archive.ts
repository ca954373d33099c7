import { mkdirSync, readdirSync } from 'node:fs';
import { type FileHandle, open, rename, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import type { Block, BlockHeader } from './format/block.ts';
import { idBefore } from './format/entry-line.ts';
import { openingLine, sealLine } from './format/file-lines.ts';
import { openFileHash } from './format/verify-file.ts';
import type { SealedHead } from '../../shared/store/seal-store.ts';
import { servpackVersion } from '../../shared/version.ts';
import { type FileTail, lastHeader, readTail } from './file-tail.ts';
import { lockFile } from '../file-lock.ts';

export interface ArchiveOptions {
  /** Made when it is not there. */
  readonly folder: string;
  readonly prefix: string;
  readonly shards: number;
  /** A longer file is put aside, and a new one begun. */
  readonly fileBytesAtMost?: number;
}

/** The files of the audit in one data folder. */
export interface Archive {
  /**
   * Appends a block and its attachments, and returns when the disk has them. A block that the file
   * already has is not appended again, and what a crash cut off is removed first.
   * @throws `FileBusy` while another process writes the file, and when the disk does not take the
   * block: call again
   */
  append(shard: number, block: Block, attachments: AsyncIterable<string>): Promise<void>;
  /** The block that was appended last; null when there is none. */
  newest(shard: number): Promise<SealedHead | null>;
  /** Paths of a shard's files, the oldest first. */
  files(shard: number): readonly string[];
}

/**
 * Another process writes the file: the former leader, which finishes its block, or is frozen in
 * the middle of it.
 */
export class FileBusy extends Error {
  override readonly name = 'FileBusy';
}

/** Runs `work` while no other process writes here: two orchestrators may share a data folder. */
async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  using lock = lockFile(path);
  if (lock === null) throw new FileBusy(`another orchestrator writes the audit (${path})`);
  return await work();
}

const usualBytesAtMost = 256 * 1024 * 1024;
const chunkBytes = 256 * 1024;

export function openArchive(options: ArchiveOptions): Archive {
  const { folder, prefix } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = (shard: number): string => `${prefix}-${shard}`;
  const present = (shard: number): string => join(folder, `${name(shard)}.jsonl`);
  const putAside = (shard: number): readonly string[] =>
    readdirSync(folder)
      .filter(
        (file) =>
          file.startsWith(`${name(shard)}.`) && /^\.\d{10}\.jsonl$/.test(file.slice(name(shard).length)),
      )
      .sort()
      .map((file) => join(folder, file));
  const filesOf = (shard: number): readonly string[] => {
    const isThere = readdirSync(folder).includes(`${name(shard)}.jsonl`);
    return [...putAside(shard), ...(isThere ? [present(shard)] : [])];
  };
  return {
    files: filesOf,
    newest: async (shard) => {
      // A crash may have left the newest file without a block.
      for (const path of filesOf(shard).toReversed()) {
        const found = await newestIn(path);
        if (found !== null) return found;
      }
      return null;
    },
    append: (shard, block, attachments) =>
      withLock(`${present(shard)}.lock`, async () => {
        const newest = await readTail(present(shard));
        const before = newest ?? (await readTail(putAside(shard).at(-1) ?? ''));
        if (holds(before, block.sealed)) return;
        // Another orchestrator wrote this block while this process was frozen: it stands here, or
        // in the folder of that orchestrator.
        if ((before?.block?.number ?? 0) > block.number) return;
        const isFull = newest !== null && newest.end > (options.fileBytesAtMost ?? usualBytesAtMost);
        if (isFull) await rename(present(shard), join(folder, `${name(shard)}.${padded(newest)}.jsonl`));
        const tail = isFull ? null : newest;
        const opening = tail === null ? openingOf(options, shard, before?.hash ?? null) : null;
        await write(present(shard), tail, opening, block, attachments);
        if (tail === null) await syncFolder(folder);
      }),
  };
}

async function newestIn(path: string): Promise<SealedHead | null> {
  const tail = await readTail(path);
  if (tail === null || tail.block === null) return null;
  const header = await lastHeader(path, tail.end);
  if (header === null) throw new Error(`${path} has a seal without a block`);
  const { first, last } = JSON.parse(header) as BlockHeader;
  return { ...tail.block, after: idBefore(first), last, header };
}

const padded = ({ block }: FileTail): string => String(block?.number ?? 0).padStart(10, '0');

const holds = (tail: FileTail | null, { number, head }: SealedHead): boolean =>
  tail?.block?.number === number && tail.block.head === head;

const openingOf = ({ prefix, shards }: ArchiveOptions, shard: number, follows: string | null) => {
  const line = openingLine({ audit: 1, prefix, shard, shards, servpack: servpackVersion, follows });
  return { line, hash: (JSON.parse(line) as { file: string }).file };
};

async function write(
  path: string,
  tail: FileTail | null,
  opening: { readonly line: string; readonly hash: string } | null,
  block: Block,
  attachments: AsyncIterable<string>,
): Promise<void> {
  if (tail !== null && tail.size > tail.end) await truncate(path, tail.end);
  const file = await open(path, tail === null ? 'w' : 'a', 0o600);
  try {
    const out = chunked(file);
    if (opening !== null) await out.line(opening.line);
    const hash = openFileHash(tail?.hash ?? opening?.hash ?? '');
    let lines = 0;
    const add = async (line: string): Promise<void> => {
      hash.update(line).update('\n');
      lines += 1;
      await out.line(line);
    };
    for (const line of block.lines) await add(line);
    for await (const line of attachments) await add(line);
    const { head } = block.sealed;
    await out.line(sealLine({ seal: block.number, head, lines, file: hash.update(head).digest('hex') }));
    await out.end();
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** Few large writes instead of one for each line. */
function chunked(file: FileHandle) {
  let waiting: string[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    await file.appendFile(waiting.join(''));
    waiting = [];
    length = 0;
  };
  return {
    line: async (line: string): Promise<void> => {
      waiting.push(line, '\n');
      length += line.length + 1;
      if (length >= chunkBytes) await flush();
    },
    end: flush,
  };
}

/** A new name is on the disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
