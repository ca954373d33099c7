import { genesis } from './block.ts';
import type { AuditFault, FileVerdict, FoundBlock } from './verify-file.ts';

/** One shard's chain, as far as the files hold it. */
export interface Chain {
  readonly shard: number;
  readonly blocks: number;
  readonly entries: number;
  /** The newest block; null when there is none. */
  readonly last: FoundBlock | null;
}

export interface Verdict {
  readonly files: readonly FileVerdict[];
  readonly chains: readonly Chain[];
  readonly faults: readonly AuditFault[];
  /** Files that were broken off by a crash, or are being written. */
  readonly torn: readonly { readonly file: string; readonly line: number }[];
}

/**
 * Puts the files of all orchestrators together: every block is there, each follows the one before,
 * and none exists in two forms. The same block in two files is fine: two orchestrators wrote it.
 */
export function verifyChains(files: readonly FileVerdict[]): Verdict {
  const prefixes = new Set(files.flatMap(({ opening }) => opening?.prefix ?? []));
  const strangers =
    prefixes.size > 1 ? [whole(`files of different prefixes: ${[...prefixes].join(', ')}`)] : [];
  const shards = Map.groupBy(
    files.flatMap(({ blocks }) => blocks),
    ({ shard }) => shard,
  );
  const found = [...shards]
    .toSorted(([a], [b]) => a - b)
    .map(([shard, blocks]) =>
      chainOf(
        shard,
        [...blocks].sort((a, b) => a.block - b.block),
      ),
    );
  return {
    files,
    chains: found.map(({ chain }) => chain),
    faults: [
      ...files.flatMap(({ faults }) => faults),
      ...strangers,
      ...found.flatMap(({ faults }) => faults),
    ],
    torn: files.flatMap(({ file, tornAt }) => (tornAt === null ? [] : [{ file, line: tornAt }])),
  };
}

const whole = (says: string): AuditFault => ({ file: '', line: 0, block: null, says });

function chainOf(shard: number, found: readonly FoundBlock[]) {
  const faults: AuditFault[] = [];
  let before: FoundBlock | null = null;
  let blocks = 0;
  let entries = 0;
  for (const block of found) {
    const wrong = whyNot(before, block);
    if (wrong !== null) faults.push({ file: block.file, line: block.line, block: block.block, says: wrong });
    if (block.block === before?.block) continue;
    before = block;
    blocks += 1;
    entries += block.count;
  }
  const chain: Chain = { shard, blocks, entries, last: before };
  return { chain, faults };
}

function whyNot(before: FoundBlock | null, block: FoundBlock): string | null {
  const next = (before?.block ?? 0) + 1;
  if (before !== null && block.block === before.block)
    return block.head === before.head
      ? null
      : `block ${block.block} of shard ${block.shard} is there twice, and the two are not the same: ` +
          'a Redis went back to an older state, or one of them was rewritten';
  if (block.block !== next) return `missing: ${missing(next, block.block - 1)} of shard ${block.shard}`;
  return block.previous === (before?.head ?? genesis)
    ? null
    : `block ${block.block} of shard ${block.shard} does not follow block ${block.block - 1}`;
}

const missing = (from: number, to: number): string =>
  from === to ? `block ${from}` : `blocks ${from} to ${to}`;
