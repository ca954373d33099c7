import { err, ok } from '../../../shared/errors.ts';
import type { GatewayFailure, GatewayResult } from '../../../shared/execution/gateway.ts';
import type { Waiter } from './machine.ts';

/**
 * The outcome of a call on a machine: an answer, or something on the machine that must end first.
 */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: GatewayResult<unknown> }
  | { readonly kind: 'waits'; readonly until: Waiter['until']; readonly name: string };

export const done = (value?: unknown): Outcome => ({ kind: 'answer', answer: ok(value) });

export const waits = (until: Waiter['until'], name = ''): Outcome => ({ kind: 'waits', until, name });

export const refusal = (kind: GatewayFailure['kind'], message: string): GatewayResult<never> =>
  err({ kind, message });

/** The client tried and refused; `message` begins with the Win32 error where Windows has one. */
export const refused = (message: string): Outcome => ({ kind: 'answer', answer: refusal('failed', message) });
