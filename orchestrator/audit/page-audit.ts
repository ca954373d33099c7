import { ok, type Result } from '../../shared/errors.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { OrchestratorContext } from '../context.ts';
import { cursorOf, placeOf } from '../lists/cursor.ts';
import type { LineFormat } from '../lists/line-format.ts';
import { linesOf } from '../lists/lines.ts';
import { type Page, type PageQuestion, readAtMost } from '../lists/page.ts';
import { firstCount, nextCount } from '../lists/read-part.ts';
import type { Refusal } from '../refusal.ts';
import { compareIds } from './format/entry-id.ts';

/** Which entries are listed. A filter that is absent does not apply. */
export interface AuditFilter {
  readonly campaign?: string | undefined;
  readonly client?: string | undefined;
  /** Part of who did it, in any case. */
  readonly who?: string | undefined;
}

/** An entry with its shard; its time is ISO 8601, UTC. */
export type AuditItem = Omit<KeptEntry, 'at'> & { readonly at: string; readonly shard: number };

interface Found {
  readonly shard: number;
  readonly entry: KeptEntry;
}

/**
 * One page of what was done, the newest first: as far back as Redis keeps it. The files of the
 * audit have the rest; an export reads them. A page with a filter reads at most 20,000 entries.
 * @param isSeen whether the caller sees the entry
 */
export async function pageAudit(
  { store }: OrchestratorContext,
  { limit, after, ...filter }: AuditFilter & PageQuestion,
  isSeen: (entry: KeptEntry) => boolean = () => true,
): Promise<Result<Page<AuditItem>, Refusal>> {
  const list = ['audit', filter.campaign ?? null, filter.client ?? null, filter.who?.toLowerCase() ?? null];
  const place = placeOf(list, after);
  if (!place.ok) return place;
  const shards = await store.shards();
  const items: AuditItem[] = [];
  let through = place.value?.after ?? null;
  let read = 0;
  const isFiltered = Object.values(filter).some((each) => each !== undefined);
  const page = (isEnd: boolean): Page<AuditItem> => {
    const sum = (place.value?.found ?? 0) + items.length;
    return {
      items,
      next: isEnd || through === null ? null : cursorOf(list, { after: through, found: sum }),
      total: sum,
      totalIs: isEnd ? 'exact' : 'atLeast',
      ...(isFiltered ? { read } : {}),
    };
  };
  for (let count = firstCount(limit, isFiltered); ; count = nextCount(count, read)) {
    const found = await entriesBefore(store, shards, through, count + 1);
    for (const { shard, entry } of found.slice(0, count)) {
      read += 1;
      through = `${entry.id} ${shard}`;
      if (!isSeen(entry) || !isAsked(filter, entry)) continue;
      items.push({ ...entry, at: isoOf(entry.at), shard });
      if (items.length === limit) return ok(page(found.at(-1)?.entry === entry));
    }
    if (found.length <= count) return ok(page(true));
    if (read >= readAtMost) return ok(page(false));
  }
}

const columns = [
  'at',
  'campaign',
  'client',
  'who',
  'from',
  'to',
  'because',
  'version',
  'evidence',
  'servpack',
  'shard',
  'id',
] as const satisfies readonly (keyof AuditItem)[];

/** How many entries a stream keeps in memory at once at most. */
const readAtOnce = 1_000;

/**
 * The same list as lines of text with their line ends, from the page at `after` to the end: JSON,
 * or CSV with a header. The next page is read when the reader has taken the one before.
 */
export async function listAudit(
  context: OrchestratorContext,
  { after, ...filter }: AuditFilter & Pick<PageQuestion, 'after'>,
  format: LineFormat,
  isSeen?: (entry: KeptEntry) => boolean,
): Promise<Result<AsyncIterable<string>, Refusal>> {
  const pageAt = async (at: string | undefined) =>
    pageAudit(context, { ...filter, limit: readAtOnce, after: at }, isSeen);
  // Read before the answer begins: a wrong question is refused.
  const first = await pageAt(after);
  return first.ok ? ok(linesOf(itemsFrom(first.value, pageAt), format, columns)) : first;
}

async function* itemsFrom(
  first: Page<AuditItem>,
  pageAt: (after: string) => Promise<Result<Page<AuditItem>, Refusal>>,
): AsyncGenerator<AuditItem> {
  for (let page = first; ;) {
    yield* page.items;
    if (page.next === null) return;
    const next = await pageAt(page.next);
    if (!next.ok) throw new Error(next.error.message);
    page = next.value;
  }
}

const isAsked = ({ campaign, client, who }: AuditFilter, entry: KeptEntry): boolean =>
  (campaign === undefined || entry.campaign === campaign) &&
  (client === undefined || entry.client === client) &&
  (who === undefined || entry.who.toLowerCase().includes(who.toLowerCase()));

/**
 * The newest entries of all shards before this one: by the millisecond in which Redis took them,
 * then by shard.
 */
async function entriesBefore(
  store: OperatorStore,
  shards: number,
  through: string | null,
  count: number,
): Promise<readonly Found[]> {
  const [id, from] = through?.split(' ') ?? [];
  const boundIn = (shard: number): string | null => {
    if (id === undefined) return null;
    const ms = Number.parseInt(id, 10);
    if (shard === Number(from)) return id;
    return shard < Number(from) ? `${ms}-0` : `${ms + 1}-0`;
  };
  const found = await Promise.all(
    Array.from({ length: shards }, async (_, shard) =>
      (await store.auditBefore(shard, boundIn(shard), count)).map((entry): Found => ({ shard, entry })),
    ),
  );
  if (shards === 1) return found[0] ?? [];
  const msOf = ({ entry }: Found): number => Number.parseInt(entry.id, 10);
  return found
    .flat()
    .sort((a, b) => msOf(b) - msOf(a) || a.shard - b.shard || compareIds(b.entry.id, a.entry.id))
    .slice(0, count);
}
