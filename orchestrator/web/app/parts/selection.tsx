import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { number } from '../../../views/numbers.ts';
import { actOnMany, type Chosen } from '../bulk-actions.ts';
import type { ClientPage, Filter } from '../client-list.ts';
import { texts } from '../texts.ts';
import { useApp } from '../use.ts';
import { Action } from './action.tsx';

const words = texts.bulk;

/** The names that are ticked, or `all` that the filter lets through. */
export type Selected = ReadonlySet<string> | 'all';

export const nobody: Selected = new Set<string>();

export const isSelected = (selected: Selected, client: string): boolean =>
  selected === 'all' || selected.has(client);

/** What can be done with the selected clients; it has its place before one is selected. */
export function SelectionBar({
  campaign,
  filter,
  page,
  selected,
}: {
  readonly campaign: string;
  readonly filter: Filter;
  readonly page: ClientPage;
  readonly selected: Signal<Selected>;
}): JSX.Element {
  const app = useApp();
  const { value } = selected;
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
          onChange={(event) => void (selected.value = event.currentTarget.checked ? new Set(names) : nobody)}
        />
        <span>{words.selectPage}</span>
      </label>
      <span class="space" />
      {isEmpty ? null : (
        <>
          <b>{value === 'all' ? words.all(total) : words.selected(value.size)}</b>
          {value !== 'all' && isWhole && page.total > names.length ? (
            <button type="button" class="button quiet" onClick={() => void (selected.value = 'all')}>
              {words.selectAll(total)}
            </button>
          ) : null}
          <Action needs="run" onClick={() => act('retry')}>
            {texts.actions.retry}
          </Action>
          <Action needs="run" onClick={() => act('skip')}>
            {texts.actions.skip}
          </Action>
          <button type="button" class="button quiet" onClick={() => void (selected.value = nobody)}>
            {words.clear}
          </button>
        </>
      )}
    </div>
  );
}
