import type { Upgrade } from '../../shared/domain/upgrade/state.ts';

/** Where an upgrade stands, without moments. */
export function standsAt({ state, attempt }: Upgrade): string {
  const again = attempt === 1 ? '' : `, attempt ${attempt}`;
  switch (state.phase) {
    case 'settled':
      return `${state.end} (${state.cause})${again}`;
    case 'deferred':
      return `deferred (${state.class})${again}`;
    case 'remedying':
      return `${state.journal.procedure} at step ${state.journal.step}${again}`;
    default:
      return `${state.phase}${again}`;
  }
}

/** Are two values the same, whatever the order of their keys? */
export const isSame = (one: unknown, other: unknown): boolean => sorted(one) === sorted(other);

/** JSON in which the order of the keys does not matter. */
export const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
