import type { Result } from '../../shared/errors.ts';

/** The value of a result that this test relies on; a fault fails it. */
export function unwrapped<T, E>(result: Result<T, E>): T {
  if (result.ok) return result.value;
  throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
}
