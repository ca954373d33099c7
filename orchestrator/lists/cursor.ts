import { hash } from 'node:crypto';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { Refusal } from '../refusal.ts';

/** Where the next page of a list begins. */
export interface Place {
  /** The key of the last item that was read. */
  readonly after: string;
  /** How many items the pages before have had. */
  readonly found: number;
}

/**
 * The text that a caller sends back as `after`. It belongs to one list with one filter, and holds
 * nothing that the caller may not see.
 * @param list names the list and its filter
 */
export const cursorOf = (list: unknown, { after, found }: Place): string =>
  Buffer.from(JSON.stringify([markOf(list), found, after])).toString('base64url');

/** Reads what `cursorOf` wrote for the same list; refuses any other text. */
export function placeOf(list: unknown, cursor: string | undefined): Result<Place | null, Refusal> {
  if (cursor === undefined) return ok(null);
  const [mark, found, after] = parsed(cursor);
  if (typeof after !== 'string' || typeof found !== 'number' || !Number.isSafeInteger(found) || found < 0)
    return err(fault('input.after', 'after must be the value of next of the page before'));
  if (mark === markOf(list)) return ok({ after, found });
  return err(
    fault(
      'input.after',
      'after belongs to a list with another filter; begin without after, or keep the filter',
    ),
  );
}

const markOf = (list: unknown): string => hash('sha256', JSON.stringify(list), 'base64url').slice(0, 8);

function parsed(cursor: string): readonly unknown[] {
  try {
    const found: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(found) && found.length === 3 ? (found as readonly unknown[]) : [];
  } catch {
    return [];
  }
}
