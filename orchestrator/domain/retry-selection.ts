import { type Ending, isFailure } from '../../shared/domain/outcome/ending.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { isSpent } from './spent-cause.ts';

/**
 * Which clients of a campaign a person retries. `failed`: all that failed or need attention, for
 * any cause. Of those, `blocked`: something ran out of the component directory, or had a file open.
 * `unreachable`: the client was not reached, could not be looked at, or did not come back from a
 * restart.
 */
export type RetrySelection = 'failed' | 'blocked' | 'unreachable';

export const retrySelections: readonly RetrySelection[] = ['failed', 'blocked', 'unreachable'];

const isUnreachable = (cause: string): boolean =>
  cause === 'did not come back' || isSpent(cause, 'unreachable') || isSpent(cause, 'couldNotLook');

/** Is this upgrade settled, and part of the selection? */
export function isInRetrySelection(kind: RetrySelection, { state }: Upgrade): boolean {
  if (state.phase !== 'settled' || !isFailure(state.end)) return false;
  switch (kind) {
    case 'failed':
      return true;
    case 'blocked':
      return isBlocked(state);
    case 'unreachable':
      return isUnreachable(state.cause);
  }
}

const isBlocked = ({ blockers }: Ending): boolean => blockers.some(({ kind }) => kind !== 'couldNotLook');
