import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** The name of a column; `num`: its numbers stand at the right; `hidden`: for screen readers. */
export type Column = string | { readonly name: string; readonly is: 'num' | 'wide-cell' | 'hidden' };

interface TableProps {
  readonly columns: readonly Column[];
  readonly class?: string;
  /** The rows. */
  readonly children: ComponentChildren;
}

/** A table that scrolls by itself where the window is narrower. */
export function Table({ columns, class: look, children }: TableProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    // By keyboard it scrolls only where it, or something in it, has the focus.
    const isStuck = current.scrollWidth > current.clientWidth && current.querySelector('a, button') === null;
    if (isStuck) current.tabIndex = 0;
    else current.removeAttribute('tabindex');
  });
  return (
    <div class="table-box" ref={box}>
      <table class={look}>
        <thead>
          <tr>{columns.map(header)}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** Columns of numbers. */
export const num = (name: string): Column => ({ name, is: 'num' });

function header(column: Column): JSX.Element {
  const { name, is } = typeof column === 'string' ? { name: column, is: null } : column;
  return is === 'hidden' ? (
    <th key={name} scope="col">
      <span class="hidden">{name}</span>
    </th>
  ) : (
    <th key={name} scope="col" class={is ?? undefined}>
      {name}
    </th>
  );
}
