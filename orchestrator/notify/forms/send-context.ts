import type { Environment } from '../secrets.ts';
import type { Resolve } from '../target.ts';

/** What sending needs besides the message. */
export interface SendContext {
  readonly env: Environment;
  /** The folder of programs that may run; null = none may. */
  readonly hooks: string | null;
  /** Real time in milliseconds. */
  readonly now: () => number;
  readonly resolve?: Resolve | undefined;
}
