import { createReadStream } from 'node:fs';
import type { BlockHeader } from './format/block.ts';
import { fileHashes } from './file-hash.ts';
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

export interface EntryFilter {
  readonly campaign?: string | undefined;
  readonly client?: string | undefined;
  /** With a client: also what concerns no single client, such as a pause of its campaign. */
  readonly orNoClient?: boolean;
  /** Only what concerns no single client. */
  readonly isOfNoClient?: boolean;
}

/**
 * Every entry that matches the filter, shard by shard, in the order of what was done: the files
 * first, then what only Redis has.
 */
export async function* readEntries(
  store: OperatorStore,
  archive: Archive | undefined,
  filter: EntryFilter,
): AsyncGenerator<FoundEntry> {
  const shards = await store.shards();
  for (let shard = 0; shard < shards; shard += 1) yield* entriesOf(store, archive, shard, filter);
}

async function* entriesOf(
  store: OperatorStore,
  archive: Archive | undefined,
  shard: number,
  filter: EntryFilter,
): AsyncGenerator<FoundEntry> {
  let last = { number: 0, id: beforeAll };
  let newest = beforeAll;
  for await (const found of fileEntries(archive?.files(shard) ?? [], filter)) {
    if ('header' in found) {
      const { block, first, last: end } = found.header;
      // Blocks that another orchestrator wrote: their entries may still be in Redis.
      if (block > last.number + 1) yield* redisEntries(store, shard, last.id, first, filter);
      last = { number: block, id: end };
    } else if (compareIds(found.id, newest) > 0) {
      // A block may have taken the place of one that a crash left in the file.
      newest = found.id;
      yield { ...found, shard };
    }
  }
  yield* redisEntries(store, shard, last.id, null, filter);
}

/** The header of a block, or an entry of it. */
export type FileItem = { readonly header: BlockHeader } | Omit<FoundEntry, 'shard'>;

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

/** An entry of no client has no such key, and in a text its quotes would be escaped. */
const anyClient = Buffer.from('"client":"');

function openSieve({
  client,
  campaign,
  orNoClient = false,
  isOfNoClient = false,
}: EntryFilter): (line: Buffer) => boolean {
  const needleOf = (name: string, value: string | undefined): Buffer =>
    Buffer.from(value === undefined ? '' : `"${name}":${JSON.stringify(value)}`);
  const [ofClient, ofCampaign] = [needleOf('client', client), needleOf('campaign', campaign)];
  return (line) =>
    line.includes(ofCampaign) &&
    (!isOfNoClient || !line.includes(anyClient)) &&
    (line.includes(ofClient) || (orNoClient && !line.includes(anyClient)));
}

const pageSize = 1_000;

async function* redisEntries(
  store: OperatorStore,
  shard: number,
  after: string,
  before: string | null,
  filter: EntryFilter,
): AsyncGenerator<FoundEntry> {
  const hashOf = fileHashes(store, () => false);
  for (let from = after; ;) {
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

const fits = (
  entry: KeptEntry,
  { campaign, client, orNoClient = false, isOfNoClient = false }: EntryFilter,
): boolean =>
  (!isOfNoClient || entry.client === null) &&
  (campaign === undefined || entry.campaign === campaign) &&
  (client === undefined || entry.client === client || (orNoClient && entry.client === null));
