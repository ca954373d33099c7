import { visibleJson } from '../../shared/visible-text.ts';
import { csvField } from '../views/csv.ts';
import type { LineFormat } from './line-format.ts';

/**
 * Items as lines of text with their line ends: JSON, or CSV with a header. An item is read when the
 * reader takes its line.
 * @param columns the fields of CSV, in their order
 */
export async function* linesOf<Item extends object>(
  items: AsyncIterable<Item>,
  format: LineFormat,
  columns: readonly (keyof Item & string)[],
): AsyncGenerator<string> {
  if (format === 'csv') yield `${columns.join(',')}\n`;
  for await (const item of items)
    yield format === 'csv'
      ? `${columns.map((name) => cellOf(item[name])).join(',')}\n`
      : `${visibleJson(JSON.stringify(item))}\n`;
}

/** A list is one cell. */
const cellOf = (value: unknown): string =>
  csvField(Array.isArray(value) ? value.join('; ') : (value as string | number | boolean | null));
