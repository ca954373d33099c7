import { compareIds, idBefore } from '../../audit/format/entry-id.ts';
import type { AuditStore } from '../../../shared/store/audit-store.ts';
import { beforeAll, type KeptEntry } from '../../../shared/store/seal-store.ts';
import type { Position } from './position.ts';

export interface ShardEntry extends KeptEntry {
  readonly shard: number;
}

/** What lies between two positions. */
export type Missed =
  /** The entry at `from` is gone: it was trimmed, or Redis has lost it. */
  | { readonly is: 'gone' }
  /** `from` is known to Redis, and beyond `to`. */
  | { readonly is: 'ahead' }
  /** By time. `isWhole`: these are all of them. */
  | { readonly is: 'found'; readonly entries: readonly ShardEntry[]; readonly isWhole: boolean };

type Reads = Pick<AuditStore, 'auditAfter' | 'readSeal'>;

/**
 * Reads the entries after `from`, up to `to`, and proves that none is missing: the entry at `from`
 * is still there.
 * @param atMost entries of each shard
 */
export async function entriesBetween(
  store: Reads,
  from: Position,
  to: Position,
  atMost: number,
): Promise<Missed> {
  const found = await Promise.all(
    from.map((id, shard) => ofShard(store, shard, id, to[shard] ?? beforeAll, atMost)),
  );
  if (found.some((each) => each.is === 'gone')) return { is: 'gone' };
  if (found.some((each) => each.is === 'ahead')) return { is: 'ahead' };
  const pages = found.flatMap((each) => (each.is === 'found' ? [each] : []));
  return {
    is: 'found',
    entries: byTime(pages.flatMap(({ entries }) => entries)),
    isWhole: pages.every(({ isWhole }) => isWhole),
  };
}

/** The order of ids is the order of the changes of a shard; the sort is stable. */
export const byTime = (entries: readonly ShardEntry[]): readonly ShardEntry[] =>
  entries.toSorted((a, b) => Number.parseInt(a.id, 10) - Number.parseInt(b.id, 10));

async function ofShard(
  store: Reads,
  shard: number,
  from: string,
  to: string,
  atMost: number,
): Promise<Missed> {
  if (from === to) return { is: 'found', entries: [], isWhole: true };
  const isStart = from === beforeAll;
  // Only what stands in a file is ever trimmed.
  if (isStart && (await store.readSeal(shard)).written > 0) return { is: 'gone' };
  const page = await store.auditAfter(shard, isStart ? from : idBefore(from), atMost + 2);
  if (!isStart && page[0]?.id !== from) return { is: 'gone' };
  if (compareIds(from, to) > 0) return { is: 'ahead' };
  const entries = page.filter(({ id }) => id !== from && compareIds(id, to) <= 0);
  return {
    is: 'found',
    entries: entries.slice(0, atMost).map((entry) => ({ ...entry, shard })),
    isWhole: entries.length <= atMost,
  };
}
