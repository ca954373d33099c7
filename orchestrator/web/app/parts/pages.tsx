import type { JSX } from 'preact';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';

const words = texts.clients;

interface PagesProps {
  /** How much of the list is shown, in words. */
  readonly says: string;
  /** Where the next page begins; null = there is none. */
  readonly next: string | null;
  /** The ways to the first page and to the next one, in words. */
  readonly first?: string;
  readonly more?: string;
}

/** How much of a list is shown, and the way to its next page. The page is in the address. */
export function Pages({ says, next, first = words.first, more = words.more }: PagesProps): JSX.Element {
  const { router } = useApp();
  const go = (after: string | null): void => router.setQuery({ after }, 'push');
  return (
    <p class="pages">
      <span class="dim">{says}</span>
      {router.place.value.query.get('after') === null ? null : (
        <button type="button" class="button plain" onClick={() => go(null)}>
          {first}
        </button>
      )}
      {next === null ? null : (
        <button type="button" class="button plain" onClick={() => go(next)}>
          {more}
        </button>
      )}
    </p>
  );
}
