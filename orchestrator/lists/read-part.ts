import { cursorOf, type Place } from './cursor.ts';
import { type Page, readAtFirst, readAtMost } from './page.ts';

/** How many records are read at once at most, while a filter passes over most of them. */
const readAtOnce = 1_000;

/** How many records are read first. */
export const firstCount = (limit: number, isFiltered: boolean): number =>
  isFiltered ? Math.max(limit, readAtFirst) : limit;

/** How many are read next, after `count` of them, and `read` in all. */
export const nextCount = (count: number, read: number): number =>
  Math.min(readAtOnce, count * 2, readAtMost - read);

/** Records in the order of a list. */
export interface ReadRecords<Found> {
  readonly found: readonly Found[];
  /** How many records were read for them. */
  readonly read: number;
  /** The key of the last record; null = the list ends here. */
  readonly through: string | null;
}

/** What was found for one page. */
export interface Part<Item> extends Omit<ReadRecords<Item>, 'found'> {
  readonly items: readonly Item[];
}

interface PartQuestion {
  readonly after: string | null;
  readonly limit: number;
  /** A filter without an index: most records may be passed over. */
  readonly isFiltered: boolean;
}

/**
 * Reads in the order of a list until the page is full, the list ends, or the budget is spent.
 * @param keep the item of a record; null where the filter does not let it through
 */
export async function readPart<Found, Item>(
  { after, limit, isFiltered }: PartQuestion,
  readRecords: (after: string | null, count: number) => Promise<ReadRecords<Found>>,
  keep: (found: Found) => Item | null,
  keyOf: (item: Item) => string,
): Promise<Part<Item>> {
  const items: Item[] = [];
  let through = after;
  let read = 0;
  if (limit === 0) return { items, read, through: null };
  for (let count = firstCount(limit, isFiltered); ; count = nextCount(count, read)) {
    const records = await readRecords(through, count);
    read += records.read;
    ({ through } = records);
    for (const [at, found] of records.found.entries()) {
      const item = keep(found);
      if (item === null) continue;
      items.push(item);
      if (items.length < limit) continue;
      const isLast = through === null && at === records.found.length - 1;
      return { items, read, through: isLast ? null : keyOf(item) };
    }
    // A caller who does not see some of the records would learn their number from shorter pages.
    const areAllSeen = records.found.length === records.read;
    if (through === null || read >= readAtMost || (!isFiltered && areAllSeen))
      return { items, read, through };
  }
}

/**
 * The page of a part.
 * @param list names the list and its filter
 * @param counted how many items all pages have together; null = only reading all would tell
 */
export function pageOfPart<Item>(
  list: unknown,
  place: Place | null,
  { items, read, through }: Part<Item>,
  counted: number | null,
  isFiltered: boolean,
): Page<Item> {
  const sum = (place?.found ?? 0) + items.length;
  return {
    items,
    next: through === null ? null : cursorOf(list, { after: through, found: sum }),
    total: counted ?? sum,
    totalIs: counted === null && through !== null ? 'atLeast' : 'exact',
    ...(isFiltered ? { read } : {}),
  };
}
