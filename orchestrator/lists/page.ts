/** Which part of a list is asked for. */
export interface PageQuestion {
  /** How many items at most. */
  readonly limit: number;
  /** `next` of the page before; left out = the first page. */
  readonly after?: string | undefined;
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[];
  /** What to send as `after` for the next page; null = there is none. */
  readonly next: string | null;
  /** How many items all pages have together, or have had so far. */
  readonly total: number;
  readonly totalIs: 'exact' | 'atLeast';
  /**
   * How many records were read for this page, where a filter has no index. A page may then have
   * fewer items than were asked for, and none, and a next page all the same.
   */
  readonly read?: number | undefined;
}

/** How many records are read first where a filter may pass over most of them. */
export const readAtFirst = 100;

/** How many records one request reads at most, where a filter has no index. */
export const readAtMost = 20_000;
