import type { BlockHeader } from '../format/block.ts';
import { entryOf } from '../format/entry-line.ts';
import { type EntryFilter, fits, openSieve } from '../entry-filter.ts';
import type { KeptEntry } from '../../../shared/store/seal-store.ts';
import type { FileContents } from './audit-contents.ts';
import { mayHave } from './name-filter.ts';
import { linesIn } from './placed-lines.ts';
import { nameHash, type PlacedBlock } from './scan-file.ts';

/** The begin of a block, or an entry of it. */
export type FileItem =
  | { readonly header: Pick<BlockHeader, 'block' | 'first' | 'last'> }
  | (KeptEntry & {
      readonly block: number | null;
      /** Null for what belongs to no campaign. */
      readonly campaignHash: string | null;
    });

/** Whether contents say where the entries stand: they know clients, and entries of none. */
export const isPlaced = ({ client, isOfNoClient = false }: EntryFilter): boolean =>
  client !== undefined || isOfNoClient;

/**
 * Every block, and the entries that fit. Only parts that may have one are read.
 * @param gone aborted = nobody waits; rejects with its reason
 */
export async function* placedEntries(
  files: readonly FileContents[],
  filter: EntryFilter,
  gone?: AbortSignal,
): AsyncGenerator<FileItem> {
  const mayFit = openSieve(filter);
  for (const { path, blocks } of files)
    for (const block of blocks) {
      yield { header: block };
      for (const { at, end } of partsOf(block, filter)) {
        gone?.throwIfAborted();
        for await (const line of linesIn(path, at, end)) {
          if (!mayFit(line)) continue;
          const entry = entryOf(line.toString('utf8'), block.servpack);
          if (fits(entry, filter))
            yield { ...entry, block: block.block, campaignHash: block.campaigns[entry.campaign] ?? null };
        }
      }
    }
}

interface Part {
  readonly at: number;
  readonly end: number;
}

/** Lines nearer to each other than this are read together. */
const nearBytes = 16 * 1024;

function partsOf(block: PlacedBlock, filter: EntryFilter): readonly Part[] {
  const { client, campaign, isOfNoClient = false, orNoClient = false } = filter;
  if (!isOfNoClient && client !== undefined && mayHave(block.names, nameHash(client)))
    return [{ at: block.entriesAt, end: block.attachmentsAt }];
  if (!isOfNoClient && !orNoClient) return [];
  const parts: Part[] = [];
  for (const { at, bytes, campaign: of } of block.ofNoClient) {
    if (campaign !== undefined && of !== campaign) continue;
    const end = at + bytes + 1;
    const last = parts.at(-1);
    if (last !== undefined && at - last.end < nearBytes) parts[parts.length - 1] = { at: last.at, end };
    else parts.push({ at, end });
  }
  return parts;
}
