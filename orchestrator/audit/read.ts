import { createReadStream } from 'node:fs';
import type { BlockHeader } from './format/block.ts';
import { fileHashes } from './file-hash.ts';
import { AuditContents } from './contents/audit-contents.ts';
import { type FileItem, isPlaced, placedEntries } from './contents/placed-entries.ts';
import { type EntryFilter, fits, openSieve } from './entry-filter.ts';
import { compareIds } from './format/entry-id.ts';
import { entryOf } from './format/entry-line.ts';
import { kindOf } from './format/file-lines.ts';
import { splitLines } from './format/split-lines.ts';
import { beforeAll, type KeptEntry } from '../../shared/store/seal-store.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { Archive } from './archive.ts';

/** An entry, and where it stands. */
export interface FoundEntry extends KeptEntry {
  readonly shard: number;
  /** Null = not sealed yet, or written by an orchestrator with another data folder. */
  readonly block: number | null;
  /** SHA-256 of the campaign file under which it was done; null for what belongs to no campaign. */
  readonly campaignHash: string | null;
}

/** What narrows and ends a reading. */
export interface ReadOptions {
  /** What is known of the files. Without it they are read first. */
  readonly contents?: AuditContents | undefined;
  /** Aborted = nobody waits for the entries; rejects with its reason. */
  readonly gone?: AbortSignal | undefined;
}

/**
 * Every entry that matches the filter, shard by shard, in the order of what was done: the files
 * first, then what only Redis has.
 */
export async function* readEntries(
  store: OperatorStore,
  archive: Archive | undefined,
  filter: EntryFilter,
  options: ReadOptions = {},
): AsyncGenerator<FoundEntry> {
  const shards = await store.shards();
  for (let shard = 0; shard < shards; shard += 1) yield* entriesOf(store, archive, shard, filter, options);
}

async function* entriesOf(
  store: OperatorStore,
  archive: Archive | undefined,
  shard: number,
  filter: EntryFilter,
  { contents = new AuditContents(), gone }: ReadOptions,
): AsyncGenerator<FoundEntry> {
  let last = { number: 0, id: beforeAll };
  let newest = beforeAll;
  const found =
    archive !== undefined && isPlaced(filter)
      ? placedEntries(await contents.of(archive, shard, gone), filter, gone)
      : fileEntries(archive?.files(shard) ?? [], filter);
  for await (const item of found) {
    if ('header' in item) {
      const { block, first, last: end } = item.header;
      // Blocks that another orchestrator wrote: their entries may still be in Redis.
      if (block > last.number + 1)
        yield* redisEntries(store, shard, { after: last.id, before: first }, filter, gone);
      last = { number: block, id: end };
    } else if (compareIds(item.id, newest) > 0) {
      // A block may have taken the place of one that a crash left in the file.
      newest = item.id;
      yield { ...item, shard };
    }
  }
  yield* redisEntries(store, shard, { after: last.id, before: null }, filter, gone);
}

/**
 * Only lines that hold the bytes of the filter are parsed as JSON, so that a large file is read
 * quickly.
 */
export async function* fileEntries(files: readonly string[], filter: EntryFilter): AsyncGenerator<FileItem> {
  const mayFit = openSieve(filter);
  for (const file of files) {
    let header: BlockHeader | null = null;
    for await (const { line, isWhole } of splitLines(
      createReadStream(file, { highWaterMark: 1024 * 1024 }),
    )) {
      const kind = kindOf(line);
      if (!isWhole || (kind !== 'block' && kind !== 'entry')) continue;
      if (kind === 'block') {
        header = JSON.parse(line.toString('utf8')) as BlockHeader;
        yield { header };
      } else if (header !== null && mayFit(line)) {
        const entry = entryOf(line.toString('utf8'), header.servpack);
        if (fits(entry, filter))
          yield { ...entry, block: header.block, campaignHash: header.campaigns[entry.campaign] ?? null };
      }
    }
  }
}

const pageSize = 1_000;

async function* redisEntries(
  store: OperatorStore,
  shard: number,
  { after, before }: { readonly after: string; readonly before: string | null },
  filter: EntryFilter,
  gone?: AbortSignal,
): AsyncGenerator<FoundEntry> {
  const hashOf = fileHashes(store, () => false);
  for (let from = after; ;) {
    gone?.throwIfAborted();
    const page = await store.auditAfter(shard, from, pageSize);
    for (const entry of page) {
      if (before !== null && compareIds(entry.id, before) >= 0) return;
      if (!fits(entry, filter)) continue;
      yield { ...entry, shard, block: null, campaignHash: await hashOf(entry) };
    }
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    from = last.id;
  }
}
