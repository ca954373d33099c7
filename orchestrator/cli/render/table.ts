import { safe, type Style, type View } from './view.ts';

export interface Column {
  readonly head: string;
  /** Stands in for the head where the table is too wide. */
  readonly short?: string;
  readonly align?: 'right';
}

export interface Cell {
  readonly text: string;
  readonly style?: Style;
}

/** The space between columns: two, or one if the table is too wide even with short heads. */
const gaps = ['  ', ' '] as const;
/** No left-aligned column is cut shorter than this. */
const leastWidth = 8;

/**
 * Returns aligned columns that fit into the view. Too wide a table gets short heads, then narrow
 * gaps; then its widest left-aligned column is cut.
 */
export function table(
  view: View,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
): readonly string[] {
  const fits = (short: boolean, gap: string): boolean =>
    total(widthsOf(columns, headsOf(columns, short), rows), gap) <= view.width;
  const short = !fits(false, gaps[0]);
  const gap = short && !fits(true, gaps[0]) ? gaps[1] : gaps[0];
  const heads = headsOf(columns, short);
  const widths = cutToFit(
    columns,
    widthsOf(columns, heads, rows),
    view.width - gap.length * (columns.length - 1),
  );
  const cellsOf = (texts: readonly string[]): readonly Cell[] =>
    texts.map((text) => ({ text, style: 'dim' }));
  return [cellsOf(heads), ...rows].map((cells) => line(view, columns, { widths, gap }, cells));
}

const headsOf = (columns: readonly Column[], short: boolean): readonly string[] =>
  columns.map((column) => (short ? (column.short ?? column.head) : column.head));

const widthsOf = (
  columns: readonly Column[],
  heads: readonly string[],
  rows: readonly (readonly Cell[])[],
): number[] =>
  columns.map((_, index) => {
    const cells = rows.map((row) => safe(row[index]?.text ?? '').length);
    return cells.reduce((widest, width) => Math.max(widest, width), heads[index]?.length ?? 0);
  });

const total = (widths: readonly number[], gap: string): number =>
  widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));

function cutToFit(columns: readonly Column[], widths: readonly number[], room: number): readonly number[] {
  const cut = [...widths];
  const over = total(cut, '') - room;
  const widest = columns.reduce(
    (found, { align }, index) => (align !== 'right' && (cut[index] ?? 0) > (cut[found] ?? 0) ? index : found),
    0,
  );
  if (over > 0) cut[widest] = Math.max(leastWidth, (cut[widest] ?? 0) - over);
  return cut;
}

interface Layout {
  readonly widths: readonly number[];
  readonly gap: string;
}

function line(
  { paint }: View,
  columns: readonly Column[],
  { widths, gap }: Layout,
  cells: readonly Cell[],
): string {
  const painted = columns.map(({ align }, index) => {
    const width = widths[index] ?? 0;
    const { text = '', style } = cells[index] ?? {};
    const cut = shorten(safe(text), width);
    const isLast = index === columns.length - 1;
    const padded = align === 'right' ? cut.padStart(width) : isLast ? cut : cut.padEnd(width);
    return style === undefined ? padded : paint(style, padded);
  });
  return painted.join(gap).trimEnd();
}

/** Cuts a text to `width` characters; an ellipsis marks the cut. */
export const shorten = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
