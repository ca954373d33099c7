import { z } from 'zod';
import type { Page } from '../../lists/page.ts';
import { count } from './fields.ts';

/** How many items a page has at most. */
export const pageAtMost = 1_000;

/** Which page of a list is asked for. */
export const pageFields = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(pageAtMost)
    .default(100)
    .describe('How many items the page has at most.'),
  after: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .describe('`next` of the page before. Left out = the first page.'),
};

export const pageQuery = z.strictObject(pageFields);

/** What a page says besides its items: `Page` says what the fields mean. */
export const pageAnswer = {
  next: z.string().nullable().describe('Send it as `after` for the next page; null = there is none.'),
  total: count.describe(
    'How many items all pages have together; with `atLeast`, how many they have had so far.',
  ),
  totalIs: z.enum(['exact', 'atLeast']),
};

const read = count
  .optional()
  .describe('How many records were read for a filter. A page may have few items, or none, and a next page.');

/** The answer of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item).readonly(), ...pageAnswer, read }) satisfies z.ZodType<Page<z.infer<Item>>>;
