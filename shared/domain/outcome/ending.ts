import type { Blocker } from '../observation/blocker.ts';

export type End = 'upgraded' | 'skipped' | 'failed' | 'needsAttention' | 'cancelled';

/**
 * How an upgrade ended. `cause` is short, and equal for the same trouble, so that it can be
 * counted.
 */
export interface Ending {
  readonly end: End;
  readonly cause: string;
  readonly because: string;
  readonly blockers: readonly Blocker[];
}
