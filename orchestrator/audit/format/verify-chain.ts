import { genesis } from './block.ts';
import { skipsAfter } from './skips.ts';
import { unsealedNotes } from './older-format.ts';
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
  /** What these files cannot prove although they have no fault. */
  readonly notes: readonly string[];
  /** Heads of blocks that another block of the same number replaced: no part of the chain. */
  readonly replaced: ReadonlySet<string>;
}

/** A block of which the head is known from elsewhere: from Redis, or from the log. */
export interface KnownHead {
  readonly shard: number;
  readonly block: number;
  readonly head: string;
}

/**
 * Puts the files of all orchestrators together: every block is there, each follows the one before,
 * and none exists in two forms. The same block in two files is fine: two orchestrators wrote it.
 * @param from the chain is looked at after this block only, and without the file before
 */
export function verifyChains(files: readonly FileVerdict[], from: KnownHead | null = null): Verdict {
  const prefixes = new Set(files.flatMap(({ opening }) => opening?.prefix ?? []));
  const strangers =
    prefixes.size > 1 ? [whole(`files of different prefixes: ${[...prefixes].join(', ')}`)] : [];
  const all = files.flatMap(({ blocks }) => blocks);
  const replaced = replacedIn(all);
  const shards = Map.groupBy(
    all.filter(({ head, block }) => !replaced.has(head) && block >= (from?.block ?? 0)),
    ({ shard }) => shard,
  );
  const found = [...shards]
    .toSorted(([a], [b]) => a - b)
    .map(([shard, blocks]) =>
      chainOf(
        shard,
        [...blocks].sort((a, b) => a.block - b.block),
        from,
      ),
    );
  return {
    files,
    chains: found.map(({ chain }) => chain),
    faults: [
      ...files.flatMap(({ faults }) => faults),
      ...strangers,
      ...(from === null ? files.flatMap((file) => strayFollower(file, files)) : []),
      ...found.flatMap(({ faults }) => faults),
    ],
    torn: files.flatMap(({ file, tornAt }) => (tornAt === null ? [] : [{ file, line: tornAt }])),
    notes: unsealedNotes(files),
    replaced,
  };
}

const whole = (says: string): AuditFault => ({ file: '', line: 0, block: null, says });

/**
 * A block that was given up is named by the block of the same number that took its place. That
 * block is part of the chain, or the next block would not follow it.
 */
const replacedIn = (blocks: readonly FoundBlock[]): ReadonlySet<string> => {
  const named = new Map(
    blocks.flatMap(({ replaces = [], shard, block }) => replaces.map((head) => [head, `${shard}.${block}`])),
  );
  return new Set(
    blocks.flatMap(({ head, shard, block }) => (named.get(head) === `${shard}.${block}` ? [head] : [])),
  );
};

/**
 * The first block of a file covers what the file before it ended with. In format 1 the same is said
 * by a line that no chain covers.
 */
function strayFollower({ file, opening }: FileVerdict, files: readonly FileVerdict[]): AuditFault[] {
  if (opening === null || opening.audit === 1 || opening.follows === null) return [];
  const isThere = files.some(
    (each) => each.opening?.shard === opening.shard && each.whole.hash === opening.follows,
  );
  const says = 'the file that this one follows is not here, was changed, or was cut';
  return isThere ? [] : [{ file, line: 1, block: null, says }];
}

function chainOf(shard: number, found: readonly FoundBlock[], from: KnownHead | null) {
  const faults: AuditFault[] = [];
  let before: FoundBlock | null = null;
  let blocks = 0;
  let entries = 0;
  for (const block of found) {
    const wrong = whyNot(before ?? from, block) ?? whyWrongSkips(before, block);
    if (wrong !== null) faults.push({ file: block.file, line: block.line, block: block.block, says: wrong });
    if (block.block === before?.block) continue;
    before = block;
    blocks += 1;
    entries += block.count;
  }
  const chain: Chain = { shard, blocks, entries, last: before };
  return { chain, faults };
}

function whyNot(before: KnownHead | null, block: FoundBlock): string | null {
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

/** What a header says of earlier blocks follows from the header before it. */
function whyWrongSkips(before: FoundBlock | null, { skips = [], ...block }: FoundBlock): string | null {
  if (before === null || !block.hasTree || block.block === before.block) return null;
  return JSON.stringify(skips) === JSON.stringify(skipsAfter(before))
    ? null
    : `block ${block.block} of shard ${block.shard} names other earlier blocks than those of its chain`;
}

const missing = (from: number, to: number): string =>
  from === to ? `block ${from}` : `blocks ${from} to ${to}`;
