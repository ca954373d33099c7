import type { Shard } from '../core/shard.ts';

/** An entry of the audit stream as Redis sends it. */
export type StreamEntry = readonly [id: string, fields: readonly string[]];

/**
 * So many entries of a shard are kept: more than a busy shard gets from one run of the sealer to
 * the next.
 */
const keptAtMost = 8_000;

/**
 * The newest entries of a shard's audit as this process has read them while it followed the
 * changes, without a gap. Who reads the same entries next need not ask Redis for them.
 */
export interface RecentEntries {
  /** Keeps a page that was read from the stream right after the id `after`. */
  keep(after: string, page: readonly StreamEntry[]): void;
  /** The entries above `after`, at most `limit`; none where the page after `after` is not kept. */
  above(after: string, limit: number): readonly StreamEntry[];
  forget(): void;
}

export function openRecentEntries(): RecentEntries {
  /** The entries come right after this id; null = nothing is kept. */
  let from: string | null = null;
  let kept: StreamEntry[] = [];
  const forget = (): void => {
    from = null;
    kept = [];
  };
  return {
    keep: (after, page) => {
      if (page.length === 0) return;
      const isNext = from !== null && after === (kept.at(-1)?.[0] ?? from);
      if (!isNext) {
        from = after;
        kept = [];
      }
      kept.push(...page);
      if (kept.length <= keptAtMost) return;
      const dropped = kept.length - keptAtMost / 2;
      from = kept[dropped - 1]?.[0] ?? null;
      kept = kept.slice(dropped);
    },
    above: (after, limit) => {
      if (from === null) return [];
      const first = after === from ? 0 : kept.findIndex(([id]) => id === after) + 1;
      return after !== from && first === 0 ? [] : kept.slice(first, first + limit);
    },
    forget,
  };
}

/** The recent entries of each shard, as one process has read them. */
export type RecentOf = (shard: Shard) => RecentEntries;

export function recentByShard(): RecentOf {
  const opened = new Map<number, RecentEntries>();
  return ({ number }) => {
    const recent = opened.get(number) ?? openRecentEntries();
    opened.set(number, recent);
    return recent;
  };
}
