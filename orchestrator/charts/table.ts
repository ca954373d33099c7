import { element, escaped, type Markup } from './svg.ts';

/** The numbers of a chart for readers who cannot see it, or want to copy them. */
export interface ChartTable {
  readonly caption: string;
  readonly heads: readonly string[];
  /** The first cell names its row. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** The table as HTML. Numbers are aligned at the right. */
export function tableMarkup({ caption, heads, rows }: ChartTable): Markup {
  const numbered = heads.map((_, at) => rows.length > 0 && rows.every((row) => isNumber(row[at])));
  const kind = (at: number): string | undefined => (numbered[at] === true ? 'number' : undefined);
  const head = heads.map((text, at) => element('th', { scope: 'col', class: kind(at) }, escaped(text)));
  const body = rows.map((row) =>
    element(
      'tr',
      {},
      ...row.map((cell, at) => {
        const text = escaped(typeof cell === 'number' ? cell.toLocaleString('en-US') : cell);
        return at === 0 ? element('th', { scope: 'row' }, text) : element('td', { class: kind(at) }, text);
      }),
    ),
  );
  return element(
    'table',
    { class: 'chart-table' },
    element('caption', {}, escaped(caption)),
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body),
  );
}

const isNumber = (cell: string | number | undefined): boolean =>
  typeof cell === 'number' || cell === '' || cell === '–';
