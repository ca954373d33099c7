import { ok, type Result } from '../../shared/errors.ts';
import type { Refusal } from '../refusal.ts';
import { cursorOf, placeOf } from './cursor.ts';
import type { Page, PageQuestion } from './page.ts';

/**
 * One page of a list that is short enough to be sorted whole.
 * @param list names the list and its filter
 * @param keyOf orders the items, and is different for each
 */
export function pageOfWhole<Item>(
  list: unknown,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  { limit, after }: PageQuestion,
): Result<Page<Item>, Refusal> {
  const place = placeOf(list, after);
  if (!place.ok) return place;
  const from = place.value;
  const keyed = items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const rest = from === null ? keyed : keyed.filter(({ key }) => key > from.after);
  const asked = rest.slice(0, limit);
  const last = asked.at(-1);
  const isLast = last === undefined || rest.length === asked.length;
  return ok({
    items: asked.map(({ item }) => item),
    next: isLast ? null : cursorOf(list, { after: last.key, found: 0 }),
    total: items.length,
    totalIs: 'exact',
  });
}

/** The key of an item in a list whose newest comes first: times in milliseconds, then the name. */
export const newestFirst = (at: number, name: string): string =>
  `${String(Number.MAX_SAFE_INTEGER - at).padStart(16, '0')} ${name}`;

/** A page whose items stand in a field of their own name, as lists of one kind have them. */
export function named<Name extends string, Item>(
  name: Name,
  { items, ...rest }: Page<Item>,
): Record<Name, readonly Item[]> & Omit<Page<Item>, 'items'> {
  return { [name]: items, ...rest } as Record<Name, readonly Item[]> & Omit<Page<Item>, 'items'>;
}
