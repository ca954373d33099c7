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

const gap = '  ';
/** No left column is cut shorter than this. */
const leastWidth = 8;

/** Aligned columns that fit into the view: heads get short first, then the widest left-aligned column is cut. */
export function table(view: View, columns: readonly Column[], rows: readonly (readonly Cell[])[]): readonly string[] {
  const heads = fits(view, widthsOf(columns, headsOf(columns, false), rows)) ? headsOf(columns, false) : headsOf(columns, true);
  const widths = cutToFit(view, columns, widthsOf(columns, heads, rows));
  const headLine = line(view, columns, widths, heads.map((text) => ({ text, style: 'dim' })));
  return [headLine, ...rows.map((cells) => line(view, columns, widths, cells))];
}

const headsOf = (columns: readonly Column[], short: boolean): readonly string[] =>
  columns.map((column) => (short ? (column.short ?? column.head) : column.head));

const widthsOf = (columns: readonly Column[], heads: readonly string[], rows: readonly (readonly Cell[])[]): number[] =>
  columns.map((_, index) => {
    const cells = rows.map((row) => safe(row[index]?.text ?? '').length);
    return cells.reduce((widest, width) => Math.max(widest, width), heads[index]?.length ?? 0);
  });

const total = (widths: readonly number[]): number => widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));

const fits = ({ width }: View, widths: readonly number[]): boolean => total(widths) <= width;

function cutToFit(view: View, columns: readonly Column[], widths: readonly number[]): readonly number[] {
  const cut = [...widths];
  const over = total(cut) - view.width;
  const widest = columns.reduce((found, { align }, index) => (align !== 'right' && (cut[index] ?? 0) > (cut[found] ?? 0) ? index : found), 0);
  if (over > 0) cut[widest] = Math.max(leastWidth, (cut[widest] ?? 0) - over);
  return cut;
}

function line({ paint }: View, columns: readonly Column[], widths: readonly number[], cells: readonly Cell[]): string {
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

/** At most `width` characters; what was cut is marked. */
export const shorten = (text: string, width: number): string => (text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`);
