import type { InputFault } from '../../../shared/input/input-fault.ts';

/** Why a request failed: `detail` is one sentence of the orchestrator. */
export interface ApiProblem {
  /** The HTTP status; 0 = no answer came. */
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly retryAfterMs?: number;
  /** What is wrong in a file that was sent. */
  readonly faults?: readonly InputFault[];
}

export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: ApiProblem };

export const offline: ApiProblem = {
  status: 0,
  code: 'unreachable',
  detail: 'the orchestrator does not answer',
};

/** No answer, or one that says to ask later: what is shown may be old. */
export const isLost = ({ status }: ApiProblem): boolean => status === 0 || status >= 500 || status === 429;
