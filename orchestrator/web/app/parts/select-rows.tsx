import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

/** The names that are selected, or `all` that the filter lets through. */
export type Selected = ReadonlySet<string> | 'all';

const nobody = (): Selected => new Set<string>();

/** What is selected in a list, over its pages. */
export interface Selection {
  readonly selected: Signal<Selected>;
  readonly has: (name: string) => boolean;
  /** The selected names; none where `all` are. */
  readonly names: () => readonly string[];
  readonly set: (selected: readonly string[] | 'all') => void;
  readonly clear: () => void;
  /**
   * Selects a row or lets it go.
   * @param rows the names of the rows on the page, in their order
   * @param isRange also the rows between it and the one that was picked before
   */
  readonly pick: (
    rows: readonly string[],
    row: { readonly name: string; readonly isOn: boolean; readonly isRange: boolean },
  ) => void;
}

export function useSelection(): Selection {
  const selected = useSignal(nobody());
  return useMemo(() => selectionOf(selected), [selected]);
}

function selectionOf(selected: Signal<Selected>): Selection {
  let last: string | null = null;
  const names = (): readonly string[] => (selected.value === 'all' ? [] : [...selected.value]);
  return {
    selected,
    has: (name) => selected.value === 'all' || selected.value.has(name),
    names,
    set: (chosen) => void (selected.value = chosen === 'all' ? chosen : new Set(chosen)),
    clear: () => void (selected.value = nobody()),
    pick: (rows, { name, isOn, isRange }) => {
      const [from, to] = [isRange && last !== null ? rows.indexOf(last) : -1, rows.indexOf(name)];
      const picked = from === -1 ? [name] : rows.slice(Math.min(from, to), Math.max(from, to) + 1);
      const chosen = new Set(selected.value === 'all' ? rows : selected.value);
      for (const each of picked)
        if (isOn) chosen.add(each);
        else chosen.delete(each);
      last = name;
      selected.value = chosen;
    },
  };
}

interface SelectCellProps {
  readonly selection: Selection;
  readonly name: string;
  readonly rows: readonly string[];
  readonly label: string;
}

/** The box that selects a row; with Shift, by mouse or Space, every row from the last one. */
export const SelectCell = ({ selection, name, rows, label }: SelectCellProps): JSX.Element => (
  <td class="tick">
    <input
      type="checkbox"
      data-select
      aria-label={label}
      checked={selection.has(name)}
      // A click with Shift would select the text between the two rows as well.
      onMouseDown={(event) => {
        if (event.shiftKey) event.preventDefault();
      }}
      onClick={({ currentTarget, shiftKey }) =>
        selection.pick(rows, { name, isOn: currentTarget.checked, isRange: shiftKey })
      }
    />
  </td>
);
