import { createHash } from 'node:crypto';
import { beforeAll, type KeptEntry, type SealedHead } from '../../../shared/store/seal-store.ts';
import { entryLine } from './entry-line.ts';

/** The previous head of the first block of a chain. */
export const genesis = '0'.repeat(64);

/** The first line of a block. */
export interface BlockHeader {
  readonly block: number;
  readonly shard: number;
  /** Head of the block before. */
  readonly previous: string;
  readonly first: string;
  readonly last: string;
  readonly count: number;
  /** The servpack version that sealed the block. An entry of another version names its own. */
  readonly servpack: string;
  /**
   * SHA-256 of each campaign's file at the time of its entries. A campaign's file never changes.
   */
  readonly campaigns: Readonly<Record<string, string>>;
}

/** A sealed block: its lines without their line ends, the header first. */
export interface Block {
  readonly number: number;
  readonly lines: readonly string[];
  readonly sealed: SealedHead;
  readonly entries: readonly KeptEntry[];
}

/** What else a block depends on besides its entries. */
export interface BlockContext {
  readonly shard: number;
  readonly servpack: string;
  readonly campaigns: Readonly<Record<string, string>>;
}

/**
 * The next block of a chain: a pure function of the previous block, the entries (at least one) and
 * the context.
 */
export function makeBlock(
  before: SealedHead | null,
  entries: readonly KeptEntry[],
  context: BlockContext,
): Block {
  const header: BlockHeader = {
    block: (before?.number ?? 0) + 1,
    shard: context.shard,
    previous: before?.head ?? genesis,
    first: entries[0]?.id ?? '',
    last: entries.at(-1)?.id ?? '',
    count: entries.length,
    servpack: context.servpack,
    campaigns: context.campaigns,
  };
  return blockOf(JSON.stringify(header), header, before?.last ?? beforeAll, entries);
}

/**
 * Makes a sealed block again, after a crash before it was written. Null when its entries are no
 * longer the same.
 */
export function remakeBlock(sealed: SealedHead, entries: readonly KeptEntry[]): Block | null {
  const header = JSON.parse(sealed.header) as BlockHeader;
  const block = blockOf(sealed.header, header, sealed.after, entries);
  return block.sealed.head === sealed.head ? block : null;
}

function blockOf(first: string, header: BlockHeader, after: string, entries: readonly KeptEntry[]): Block {
  const lines = [first, ...entries.map((entry) => entryLine(entry, header.servpack))];
  const hash = openHead(header.previous);
  for (const line of lines) hash.take(line);
  const sealed = {
    number: header.block,
    head: hash.end(),
    after,
    last: header.last,
    header: first,
  };
  return { number: header.block, lines, sealed, entries };
}

/** SHA-256 over the previous head and the exact bytes of each line with its line end. */
export function openHead(previous: string) {
  const hash = createHash('sha256').update(`${previous}\n`);
  return {
    take: (line: string | Uint8Array): void => void hash.update(line).update('\n'),
    end: (): string => hash.digest('hex'),
  };
}
