import type { JSX } from 'preact';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';

const words = texts.clients;

interface PagesProps {
  readonly shown: number;
  readonly total: number;
  readonly isExact: boolean;
  /** Where the next page begins; null = there is none. */
  readonly next: string | null;
}

/** How much of a list is shown, and the way to its next page. The page is in the address. */
export function Pages({ shown, total, isExact, next }: PagesProps): JSX.Element {
  const { router } = useApp();
  const go = (after: string | null): void => router.setQuery({ after }, 'push');
  return (
    <p class="pages">
      <span class="dim">{words.shown(shown, total, isExact)}</span>
      {router.place.value.query.get('after') === null ? null : (
        <button type="button" class="button plain" onClick={() => go(null)}>
          {words.first}
        </button>
      )}
      {next === null ? null : (
        <button type="button" class="button plain" onClick={() => go(next)}>
          {words.more}
        </button>
      )}
    </p>
  );
}
