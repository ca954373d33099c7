import { readdirSync } from 'node:fs';
import { makeFolder } from '../make-folder.ts';
import { type FileHandle, open, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlockHeader, type Draft, sealedAs } from './format/block.ts';
import { idBefore } from './format/entry-id.ts';
import { type Opening, openingLine, sealLine } from './format/file-lines.ts';
import { openSection } from './format/section-hash.ts';
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
   * Appends a block and its attachments, and returns its head when the disk has them. What a crash
   * cut off is removed first. The block gets its seal line only after `seal`, which moves the head
   * in Redis, has returned true; otherwise nothing of it stays in the file.
   * @returns null when the block was not sealed, or when the file already goes as far
   * @throws `FileBusy` while another process writes the file, and when the disk does not take the
   * block: call again
   */
  append(
    shard: number,
    draft: Draft,
    attachments: AsyncIterable<string>,
    seal: (sealed: SealedHead) => Promise<boolean>,
  ): Promise<SealedHead | null>;
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
  makeFolder(folder, 0o700);
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
    append: (shard, draft, attachments, seal) =>
      withLock(`${present(shard)}.lock`, async () => {
        const newest = await readTail(present(shard));
        const before = newest ?? (await readTail(putAside(shard).at(-1) ?? ''));
        if (isAhead(before, draft.header)) return null;
        if (newest !== null) await truncateTo(present(shard), newest);
        const isOld = newest !== null && newest.opening.audit !== 3;
        const isFull = newest !== null && newest.end > (options.fileBytesAtMost ?? usualBytesAtMost);
        if (isOld || isFull)
          await rename(present(shard), join(folder, `${name(shard)}.${padded(newest)}.jsonl`));
        const tail = isOld || isFull ? null : newest;
        const opening = tail?.opening ?? openingOf(options, shard, before?.hash ?? null);
        const sealed = await write(present(shard), { opening, tail, draft, attachments, seal });
        if (tail === null && sealed !== null) await syncFolder(folder);
        return sealed;
      }),
  };
}

async function newestIn(path: string): Promise<SealedHead | null> {
  const tail = await readTail(path);
  if (tail === null) return null;
  const header = await lastHeader(path, tail.end);
  if (header === null) throw new Error(`${path} has a seal without a block`);
  const { first, last } = JSON.parse(header) as BlockHeader;
  return { ...tail.block, after: idBefore(first), last, header };
}

const padded = ({ block }: FileTail): string => String(block.number).padStart(10, '0');

/**
 * Whether the file has this block already, or a later one. Another orchestrator wrote it while this
 * process was frozen: the block stands here, or in the folder of that orchestrator.
 */
const isAhead = (tail: FileTail | null, { block, replaces = [] }: BlockHeader): boolean =>
  tail !== null &&
  (tail.block.number > block || (tail.block.number === block && !replaces.includes(tail.block.head)));

const openingOf = ({ prefix, shards }: ArchiveOptions, shard: number, follows: string | null): Opening => ({
  audit: 3,
  prefix,
  shard,
  shards,
  servpack: servpackVersion,
  follows,
});

const truncateTo = async (path: string, { size, end }: FileTail): Promise<void> =>
  size > end ? truncate(path, end) : undefined;

interface Section {
  readonly opening: Opening;
  /** Null = the file begins with this section. */
  readonly tail: FileTail | null;
  readonly draft: Draft;
  readonly attachments: AsyncIterable<string>;
  readonly seal: (sealed: SealedHead) => Promise<boolean>;
}

async function write(
  path: string,
  { opening, tail, draft, attachments, seal }: Section,
): Promise<SealedHead | null> {
  const file = await open(path, tail === null ? 'w' : 'a', 0o600);
  let sealed: SealedHead | null = null;
  try {
    const out = chunked(file);
    if (tail === null) out.line(openingLine(opening));
    const hash = openSection(opening, draft.header.previous, tail?.hash ?? null);
    for (const line of draft.lines) {
      hash.takeEntry(line);
      if (out.line(line)) await out.flush();
    }
    let lines = draft.lines.length;
    for await (const line of attachments) {
      hash.takeAttachment(line);
      if (out.line(line)) await out.flush();
      lines += 1;
    }
    // A disk that is full refuses the block here, before Redis takes its head.
    await out.flush();
    const asked = sealedAs(draft, hash.end().head);
    if (!(await seal(asked))) return null;
    out.line(sealLine({ seal: asked.number, head: asked.head, lines }));
    await out.flush();
    await file.datasync();
    sealed = asked;
    return sealed;
  } finally {
    await file.close();
    if (sealed === null) await takeBack(path, tail);
  }
}

/**
 * A block that was not sealed leaves nothing, or `verify` would take the file for a cut one. What
 * the disk does not give back now is removed by the next run.
 */
async function takeBack(path: string, tail: FileTail | null): Promise<void> {
  try {
    await (tail === null ? rm(path, { force: true }) : truncate(path, tail.end));
  } catch {
    // The error that led here says more.
  }
}

/** Few large writes instead of one for each line. */
function chunked(file: FileHandle) {
  let waiting = '';
  return {
    /** Returns true when it is time to flush. */
    line: (line: string): boolean => {
      waiting += `${line}\n`;
      return waiting.length >= chunkBytes;
    },
    flush: async (): Promise<void> => {
      const text = waiting;
      waiting = '';
      await file.appendFile(text);
    },
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
