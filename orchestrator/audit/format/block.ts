import { createHash } from 'node:crypto';
import { beforeAll, type KeptEntry, type SealedHead } from '../../../shared/store/seal-store.ts';
import { entryLine } from './entry-line.ts';
import { type Skip, skipsAfter } from './skips.ts';

/** The previous head of the first block of a chain. */
export const genesis = '0'.repeat(64);

/** The first line of a block. */
export interface BlockHeader {
  readonly block: number;
  readonly shard: number;
  /** Head of the block before. */
  readonly previous: string;
  /** Further earlier blocks; left out = none, and in formats 1 and 2. */
  readonly skips?: readonly Skip[];
  /**
   * Heads that Redis had for this number before, each of a block that was never known to stand in a
   * file. A crash may have left such a block in the folder of another orchestrator.
   */
  readonly replaces?: readonly string[];
  readonly first: string;
  readonly last: string;
  readonly count: number;
  /** The servpack version that sealed the block. An entry of another version names its own. */
  readonly servpack: string;
  /**
   * SHA-256 of each campaign's file at the time of its entries: a block ends where one changes.
   */
  readonly campaigns: Readonly<Record<string, string>>;
}

/** Headers stay short when a disk refuses one block after the other. */
const replacedAtMost = 64;

/** A block before it is sealed: its lines without their line ends, the header first. */
export interface Draft {
  readonly header: BlockHeader;
  readonly lines: readonly string[];
  readonly entries: readonly KeptEntry[];
  /** The entries come after this id. */
  readonly after: string;
}

/** What else a block depends on besides its entries. */
export interface BlockContext {
  readonly shard: number;
  readonly servpack: string;
  readonly campaigns: Readonly<Record<string, string>>;
}

/**
 * The next block of a chain, with these entries (at least one).
 * @param head the head in Redis
 * @param isWritten whether the head is known to stand in a file. A head that is not is replaced by
 *   a block of the same number: the lines beside its entries cannot be made again
 */
export function draftBlock(
  head: SealedHead | null,
  isWritten: boolean,
  entries: readonly KeptEntry[],
  { shard, servpack, campaigns }: BlockContext,
): Draft {
  const replaced = head === null || isWritten ? null : { ...head, header: headerIn(head) };
  const header: BlockHeader = {
    block: replaced?.number ?? (head?.number ?? 0) + 1,
    shard,
    previous: replaced?.header.previous ?? head?.head ?? genesis,
    ...skipsOf(
      replaced?.header.skips ?? skipsAfter(replaced === null && head !== null ? headerIn(head) : null),
    ),
    ...(replaced === null
      ? {}
      : { replaces: [...(replaced.header.replaces ?? []), replaced.head].slice(-replacedAtMost) }),
    first: entries[0]?.id ?? '',
    last: entries.at(-1)?.id ?? '',
    count: entries.length,
    servpack,
    campaigns,
  };
  const lines = [JSON.stringify(header), ...entries.map((entry) => entryLine(entry, servpack))];
  return { header, lines, entries, after: replaced?.after ?? head?.last ?? beforeAll };
}

const skipsOf = (skips: readonly Skip[]): Pick<BlockHeader, 'skips'> => (skips.length === 0 ? {} : { skips });

/** The draft as Redis remembers it once it is sealed under this head. */
export const sealedAs = ({ header, lines, after }: Draft, head: string): SealedHead => ({
  number: header.block,
  head,
  after,
  last: header.last,
  header: lines[0] ?? '',
});

/** The header of a sealed block. */
export const headerIn = ({ header }: SealedHead): BlockHeader => JSON.parse(header) as BlockHeader;

/** Text that goes into the hash in one call: a call costs more than a short line does. */
const gatheredAtMost = 64 * 1024;

/** SHA-256 over a first text and the exact bytes of each line, each with its line end. */
export function openHead(first: string) {
  const hash = createHash('sha256');
  let gathered = `${first}\n`;
  const flush = (): void => {
    if (gathered !== '') hash.update(gathered);
    gathered = '';
  };
  return {
    take: (line: string | Uint8Array): void => {
      if (typeof line === 'string') {
        gathered += `${line}\n`;
        if (gathered.length >= gatheredAtMost) flush();
        return;
      }
      flush();
      hash.update(line).update('\n');
    },
    end: (): string => {
      flush();
      return hash.digest('hex');
    },
  };
}
