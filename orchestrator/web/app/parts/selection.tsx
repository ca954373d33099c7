import type { JSX } from 'preact';
import { number } from '../../../views/numbers.ts';
import { actOnMany, type Chosen } from '../bulk-actions.ts';
import type { ClientPage, Filter } from '../client-list.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { Action } from './action.tsx';
import type { Selection } from './select-rows.tsx';

const words = texts.bulk;

/** What can be done with the selected clients; it has its place before one is selected. */
export function SelectionBar({
  campaign,
  filter,
  page,
  selection,
}: {
  readonly campaign: string;
  readonly filter: Filter;
  readonly page: ClientPage;
  readonly selection: Selection;
}): JSX.Element {
  const app = useApp();
  const { value } = selection.selected;
  const names = page.items.map(({ client }) => client);
  const isWhole = value === 'all' || (names.length > 0 && names.every((name) => value.has(name)));
  const total = `${page.totalIs === 'exact' ? '' : 'at least '}${number(page.total)}`;
  const chosen: Chosen = value === 'all' ? { filter } : { clients: [...value] };
  const isEmpty = value !== 'all' && value.size === 0;
  const act = async (what: 'retry' | 'skip'): Promise<void> => {
    await actOnMany(app, what, campaign, chosen);
  };
  return (
    <div class="selection" role="group" aria-label={words.with}>
      <label class="check">
        <input
          type="checkbox"
          checked={isWhole}
          onChange={(event) => selection.set(event.currentTarget.checked ? names : [])}
        />
        <span>{words.selectPage}</span>
      </label>
      <span class="space" />
      {isEmpty ? null : (
        <>
          <b>{value === 'all' ? words.all(total) : words.selected(value.size)}</b>
          {value !== 'all' && isWhole && page.total > names.length ? (
            <button type="button" class="button quiet" onClick={() => selection.set('all')}>
              {words.selectAll(total)}
            </button>
          ) : null}
          <Action needs="run" onClick={() => act('retry')}>
            {texts.actions.retry}
          </Action>
          <Action needs="run" onClick={() => act('skip')}>
            {texts.actions.skip}
          </Action>
          <button type="button" class="button quiet" onClick={selection.clear}>
            {words.clear}
          </button>
        </>
      )}
    </div>
  );
}
