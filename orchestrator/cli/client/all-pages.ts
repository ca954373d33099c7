import type { z } from 'zod';
import { ok, type Result } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from './api-client.ts';

/** What a page says of itself, and a whole list does not. */
interface Paged {
  readonly next: string | null;
  readonly total: number;
  readonly totalIs: 'exact' | 'atLeast';
}

const pageSize = 1_000;

/**
 * The whole list, read page by page: the answer of the first page, with the items of all.
 * @param name the field that has the items
 */
export async function allPages<Answer extends Paged, Name extends string & keyof Answer>(
  api: ApiClient,
  schema: z.ZodType<Answer>,
  path: string,
  name: Name,
): Promise<Result<Omit<Answer, keyof Paged>, Refusal>> {
  const items: unknown[] = [];
  let after: string | undefined;
  for (;;) {
    const page = await api.get(schema, path, { limit: pageSize, after });
    if (!page.ok) return page;
    const { next, total: _total, totalIs: _is, ...rest } = page.value;
    items.push(...(page.value[name] as readonly unknown[]));
    if (next === null) return ok({ ...rest, [name]: items });
    after = next;
  }
}
