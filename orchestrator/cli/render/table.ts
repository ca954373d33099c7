import { padEnd, padStart, widthOf } from './text-width.ts';
import { safe, type Style, type View } from './view.ts';
import { folded, inLines } from './wrap.ts';

export interface Column {
  readonly head: string;
  /** Stands in for the head where the table is too wide. */
  readonly short?: string;
  readonly align?: 'right';
  /** Not narrower than this; left out = as wide as its texts. */
  readonly least?: number;
}

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** The space between columns: two, or one if the table is too wide even with short heads. */
const gaps = ['  ', ' '] as const;
/** A text beside the columns of a long list has this room at least. */
const leastLast = 24;
/** No left-aligned column is narrower than this, or than its head. */
const leastWidth = 8;

type Rows = readonly (readonly Cell[])[];

/**
 * Returns aligned columns that fit into the view. Too wide a table gets short heads, then narrow
 * gaps; then its left-aligned texts are wrapped within their columns. A name that is longer than
 * the first column stands on a line of its own, above the rest of its row; a text of the last
 * column with such a word stands below its row. Columns that find no
 * room even so stand in a table of their own below. Nothing is cut.
 */
export function table(view: View, columns: readonly Column[], rows: Rows): readonly string[] {
  const layout = layoutOf(view, columns, rows);
  const fitting = columnsIn(view, layout);
  const heads = layout.heads.map((text) => ({ text, style: 'dim' as const }));
  if (fitting < columns.length) {
    const rest = <T>(all: readonly T[]): readonly T[] => [...all.slice(0, 1), ...all.slice(fitting)];
    return [
      ...table(
        view,
        columns.slice(0, fitting),
        rows.map((cells) => cells.slice(0, fitting)),
      ),
      '',
      ...table(view, rest(columns), rows.map(rest)),
    ];
  }
  return [heads, ...rows].flatMap((cells) => rowLines(view, columns, layout, cells));
}

/** Whether all columns stand side by side, with their long heads if `isLong`. */
export function isOneTable(view: View, columns: readonly Column[], rows: Rows, isLong = false): boolean {
  const layout = layoutOf(view, columns, rows);
  return (
    columnsIn(view, layout) === columns.length &&
    (!isLong || layout.heads.every((head, index) => head === columns[index]?.head))
  );
}

/**
 * A table whose rows come one after the other, however many they are: rows that come together are
 * aligned with those before them, and a column becomes wider where a longer text comes. The last
 * column must be left-aligned.
 */
export class GrowingTable {
  readonly #view: View;
  #columns: readonly Column[];
  #isBegun = false;

  constructor(view: View, columns: readonly Column[]) {
    this.#view = view;
    this.#columns = columns;
  }

  /** Whether the columns stand side by side with these rows, and only the last text breaks. */
  fits(rows: Rows): boolean {
    const heads = headsOf(this.#columns, false);
    const widths = widthsOf(this.#columns, heads, rows).with(-1, leastLast);
    return total(widths, gaps[0]) <= this.#view.width;
  }

  /** The lines of rows that come now, below the heads when they are the first. */
  lines(rows: Rows): readonly string[] {
    const { widths } = layoutOf(this.#view, this.#columns, rows);
    const lines = table(this.#view, this.#columns, rows);
    const isFirst = !this.#isBegun;
    this.#isBegun = true;
    // Nothing stands beside the last column, so it needs no width.
    this.#columns = this.#columns.map((column, index) =>
      index === this.#columns.length - 1 ? column : { ...column, least: widths[index] ?? 0 },
    );
    return isFirst ? lines : lines.slice(1);
  }
}

interface Layout {
  readonly heads: readonly string[];
  readonly widths: readonly number[];
  readonly gap: string;
}

function layoutOf(view: View, columns: readonly Column[], rows: Rows): Layout {
  const fits = (isShort: boolean, gap: string): boolean =>
    total(widthsOf(columns, headsOf(columns, isShort), rows), gap) <= view.width;
  const isShort = !fits(false, gaps[0]);
  const gap = isShort && !fits(true, gaps[0]) ? gaps[1] : gaps[0];
  const heads = headsOf(columns, isShort);
  const room = view.width - gap.length * (columns.length - 1);
  return {
    heads,
    gap,
    widths: narrowed(columns, widthsOf(columns, heads, rows), leastOf(heads, rows), room),
  };
}

const headsOf = (columns: readonly Column[], isShort: boolean): readonly string[] =>
  columns.map((column) => safe(isShort ? (column.short ?? column.head) : column.head));

const widthsOf = (columns: readonly Column[], heads: readonly string[], rows: Rows): readonly number[] =>
  widestOf(heads, rows, (text) => [text]).map((width, index) => Math.max(width, columns[index]?.least ?? 0));

/** The width of the longest word of each column. */
const leastOf = (heads: readonly string[], rows: Rows): readonly number[] =>
  widestOf(heads, rows, (text) => text.split(' '));

const widestOf = (
  heads: readonly string[],
  rows: Rows,
  partsOf: (text: string) => readonly string[],
): readonly number[] =>
  heads.map((head, index) =>
    rows.reduce(
      (widest, row) => Math.max(widest, ...partsOf(safe(row[index]?.text ?? '')).map(widthOf)),
      widthOf(head),
    ),
  );

const total = (widths: readonly number[], gap: string): number =>
  widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));

/**
 * The widths after as much as needed was taken from the left-aligned columns: first down to their
 * longest words, then from the names in the first column, then from all.
 */
function narrowed(
  columns: readonly Column[],
  wanted: readonly number[],
  words: readonly number[],
  room: number,
): readonly number[] {
  const widths = [...wanted];
  const narrow = (leastAt: (index: number) => number): void => {
    for (let over = total(widths, '') - room; over > 0; over -= 1) {
      const spare = (index: number): number =>
        columns[index]?.align === 'right' ? 0 : (widths[index] ?? 0) - leastAt(index);
      const most = widths.reduce((found, _, index) => (spare(index) > spare(found) ? index : found), 0);
      if (spare(most) <= 0) return;
      widths[most] = (widths[most] ?? 0) - 1;
    }
  };
  const wordAt = (index: number): number => Math.max(leastWidth, words[index] ?? 0);
  narrow(wordAt);
  const last = columns.length - 1;
  narrow((index) => (index === 0 || index === last ? leastWidth : wordAt(index)));
  narrow(() => leastWidth);
  return widths;
}

/** How many columns stand side by side: at least the first one and another. */
function columnsIn(view: View, { widths, gap }: Layout): number {
  if (widths.length <= 2 || total(widths, gap) <= view.width) return widths.length;
  let fitting = widths.length - 1;
  while (fitting > 2 && total(widths.slice(0, fitting), gap) > view.width) fitting -= 1;
  return fitting;
}

function rowLines(
  view: View,
  columns: readonly Column[],
  { widths, gap }: Layout,
  cells: readonly Cell[],
): readonly string[] {
  const last = columns.length - 1;
  const texts = columns.map((_, index) => safe(cells[index]?.text ?? ''));
  const isApart = texts.map(
    (text, index) =>
      (index === 0 || index === last) &&
      columns[index]?.align !== 'right' &&
      text.split(' ').some((word) => widthOf(word) > (widths[index] ?? 0)),
  );
  const parts = texts.map((text, index) =>
    isApart[index] === true ? [''] : inLines(text, Math.max(1, widths[index] ?? 0)),
  );
  const paint = (index: number, text: string): string => {
    const style = cells[index]?.style;
    return style === undefined ? text : view.paint(style, text);
  };
  const apart = (index: number, indent: string): readonly string[] =>
    isApart[index] === true
      ? folded(view, [`${indent}${texts[index] ?? ''}`]).map((line) => paint(index, line))
      : [];
  const row = Array.from({ length: Math.max(...parts.map((lines) => lines.length)) }, (_, at) =>
    columns
      .map(({ align }, index) => {
        const text = parts[index]?.[at] ?? '';
        const width = widths[index] ?? 0;
        const isLast = index === last;
        return paint(index, align === 'right' ? padStart(text, width) : isLast ? text : padEnd(text, width));
      })
      .join(gap)
      .trimEnd(),
  );
  return last === 0
    ? [...apart(0, ''), ...(isApart[0] === true ? [] : row)]
    : [...apart(0, ''), ...row, ...apart(last, '    ')];
}
