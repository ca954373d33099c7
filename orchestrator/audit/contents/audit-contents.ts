import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { systemCodeOf } from '../../../shared/reason-of.ts';
import type { Archive } from '../archive.ts';
import { type PartToScan, type PlacedBlock, type ScannedPart, scanFile } from './scan-file.ts';

/** What is known of one file. */
export interface FileContents {
  readonly path: string;
  readonly blocks: readonly PlacedBlock[];
}

interface KnownFile extends FileContents {
  readonly id: string;
  /** Of the file when it was read to its end; null = it was not. */
  readonly stamp: string | null;
  readonly end: number;
  readonly sealLine: string | null;
}

export interface ContentsOptions {
  /** Reads a large part, in a thread for instance. */
  readonly scan?: (part: PartToScan) => Promise<ScannedPart>;
  /** So much is read in the event loop, some milliseconds of its time. */
  readonly smallPartBytes?: number;
  /** Bytes that are read before it is seen whether anybody still waits. */
  readonly partBytes?: number;
  /** For the names in blocks; beyond it those of the oldest files are forgotten. */
  readonly nameBytesAtMost?: number;
}

/**
 * Where in the audit files the entries of a client stand, those of no client, and evidence. The
 * files are read once; after that only what was sealed since. It knows names, and shows nothing:
 * who reads an entry decides who sees it.
 */
export class AuditContents {
  readonly #options: Required<ContentsOptions>;
  readonly #files = new Map<number, readonly KnownFile[]>();
  readonly #steps = new Map<number, Promise<boolean>>();

  constructor({
    scan = scanFile,
    smallPartBytes = 2 ** 20,
    partBytes = 64 * 2 ** 20,
    nameBytesAtMost = 32 * 2 ** 20,
  }: ContentsOptions = {}) {
    this.#options = { scan, smallPartBytes, partBytes, nameBytesAtMost };
  }

  /**
   * What is sealed in the files of a shard, the oldest file first. Who asks while they are read
   * waits for the same reading, and it goes on while anybody waits.
   * @param gone aborted = the caller waits no longer; rejects with its reason
   */
  async of(archive: Archive, shard: number, gone?: AbortSignal): Promise<readonly FileContents[]> {
    for (;;) {
      gone?.throwIfAborted();
      const underWay = this.#steps.get(shard);
      // What was sealed since it began may not be in it.
      if (underWay !== undefined) await underWay.catch(() => undefined);
      else if (await this.#begin(archive, shard)) return this.#files.get(shard) ?? [];
    }
  }

  #begin(archive: Archive, shard: number): Promise<boolean> {
    const step = this.#step(archive, shard).finally(() => this.#steps.delete(shard));
    this.#steps.set(shard, step);
    return step;
  }

  /** Reads one part at most. Returns whether everything is known. */
  async #step(archive: Archive, shard: number): Promise<boolean> {
    const before = this.#files.get(shard) ?? [];
    const files: KnownFile[] = [];
    let mayRead = true;
    const paths = archive.files(shard);
    for (const path of paths) {
      const identity = await identityOf(path);
      if (identity === null) return false;
      const { id, stamp, size } = identity;
      const known = { ...(before.find((each) => each.id === id) ?? unknown), id, path };
      if (known.stamp === stamp || !mayRead) files.push(known);
      else {
        const start = (await isStillSo(known, size)) ? known : { ...unknown, id, path };
        const part = await this.#scan(start, size);
        if ((await identityOf(path))?.id !== id) return false;
        mayRead = part.isEnd;
        files.push(joined(start, part, stamp));
      }
    }
    this.#files.set(shard, this.#bounded(files));
    // A file that was full may have been put aside meanwhile: then it stands under another path.
    return mayRead && paths.join('\n') === archive.files(shard).join('\n');
  }

  #scan({ path, end: from }: KnownFile, size: number): Promise<ScannedPart> {
    const { scan, smallPartBytes, partBytes } = this.#options;
    const read = size - from <= smallPartBytes ? scanFile : scan;
    return read({ path, from, bytesAtMost: partBytes });
  }

  #bounded(files: readonly KnownFile[]): readonly KnownFile[] {
    let left = this.#options.nameBytesAtMost;
    const kept = files.toReversed().map((file) => {
      left -= file.blocks.reduce((sum, { names }) => sum + (names?.length ?? 0), 0);
      return left >= 0 ? file : { ...file, blocks: file.blocks.map((block) => ({ ...block, names: null })) };
    });
    return kept.reverse();
  }
}

const unknown = { stamp: null, end: 0, sealLine: null, blocks: [] } as const;

/** Null = the file has just been put aside. */
async function identityOf(path: string) {
  try {
    const { dev, ino, size, mtimeMs } = await stat(path);
    return { id: `${dev} ${ino}`, stamp: `${size} ${mtimeMs}`, size };
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Whether the file still has the last line that was read: nobody put another one in its place. */
async function isStillSo({ path, end, sealLine }: KnownFile, size: number): Promise<boolean> {
  if (sealLine === null || size < end) return false;
  const last = await buffer(createReadStream(path, { start: end - 1 - sealLine.length, end: end - 2 }));
  return last.toString('latin1') === sealLine;
}

const joined = (
  before: KnownFile,
  { blocks, end, sealLine, isEnd }: ScannedPart,
  stamp: string,
): KnownFile => ({
  ...before,
  blocks: [...before.blocks, ...blocks],
  end,
  sealLine: sealLine ?? before.sealLine,
  stamp: isEnd ? stamp : null,
});
