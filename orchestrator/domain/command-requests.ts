import {
  type CommandRequest,
  isGuardedCommand,
  requestName,
} from '../../shared/domain/campaign/command-request.ts';
import { mayBeSamePerson, personOf } from '../../shared/domain/campaign/person.ts';
import { whyNotAnother } from './approval-requests.ts';

/** What becomes of a command that waits for the approval of another person. */

/** `ignored`: it is approved already; `refused`: this person, or this answer, is not possible. */
export type RequestDecision =
  | { readonly kind: 'changed'; readonly request: CommandRequest; readonly because: string }
  | { readonly kind: 'ignored'; readonly because: string }
  | { readonly kind: 'refused'; readonly because: string };

/** Who answers, when and why. */
export interface RequestAnswer {
  readonly by: string;
  readonly at: number;
  readonly reason?: string | undefined;
}

/** Does this id name a request for a command? Other questions have ids of other kinds. */
export const isRequestId = (id: string): boolean => isGuardedCommand(id.split('/')[1]);

/** `sms-sp4/abort/2`: the key of the request, and its number; 0 = it is no number of a request. */
export function requestIn(id: string): { readonly key: string; readonly number: number } {
  const parts = id.split('/');
  const number = parts.at(-1) ?? '';
  return { key: parts.slice(0, -1).join('/'), number: /^[1-9]\d*$/.test(number) ? Number(number) : 0 };
}

/** Another person says yes: the command is carried out next. */
export function approve(request: CommandRequest, { by, at, reason }: RequestAnswer): RequestDecision {
  const before = answeredBefore(request);
  if (before !== null) return before;
  const why = whyNotAnother([request.by], by, 'asked for it');
  if (why !== null) return { kind: 'refused', because: why };
  const words = reason === undefined ? '' : `: ${reason}`;
  const given = reason === undefined ? {} : { reason };
  return {
    kind: 'changed',
    request: { ...request, state: { is: 'approved', by, at, ...given } },
    because: `approved by ${by}${words}`,
  };
}

/** Every person may say no. */
export function reject(request: CommandRequest, { by, at, reason = '' }: RequestAnswer): RequestDecision {
  return tooLate(request) ?? closed(request, 'rejected', at, `rejected by ${by}: ${reason}`);
}

/** Is it proved that this person has asked for it? Only then they may take it back. */
export const isAsker = (request: CommandRequest, who: string): boolean =>
  personOf(who) !== null && mayBeSamePerson(request.by, who);

/** Only the person who asked takes the request back. */
export function retract(request: CommandRequest, { by, at, reason = '' }: RequestAnswer): RequestDecision {
  const late = tooLate(request);
  if (late !== null) return late;
  if (!isAsker(request, by))
    return {
      kind: 'refused',
      because: `${request.by} asked for it, and only they take it back; another person can reject it`,
    };
  return closed(request, 'retracted', at, `taken back by ${by}: ${reason}`);
}

/** Nobody has answered in time. */
export const expire = (request: CommandRequest, at: number): RequestDecision =>
  closed(request, 'expired', at, 'nobody answered in time');

/** The command was carried out, or has become wrong or needless. */
export const close = (
  request: CommandRequest,
  is: 'done' | 'void',
  at: number,
  because: string,
): RequestDecision & { readonly kind: 'changed' } => closed(request, is, at, because);

/** What is asked for is kept only as long as it may be done. */
function closed(
  request: CommandRequest,
  is: Exclude<CommandRequest['state']['is'], 'asked' | 'approved'>,
  at: number,
  because: string,
): RequestDecision & { readonly kind: 'changed' } {
  const { edit: _edit, ...kept } = request;
  return { kind: 'changed', request: { ...kept, state: { is, at, because } }, because };
}

/** Null = nobody has answered. Who would stop what is approved learns that it is not stopped. */
function tooLate(request: CommandRequest): RequestDecision | null {
  const before = answeredBefore(request);
  return before === null ? null : { kind: 'refused', because: before.because };
}

/**
 * Null = nobody has answered. A second approval of a request that is carried out changes nothing;
 * one that was closed without that will never be, so its answer is refused.
 */
function answeredBefore(request: CommandRequest): Exclude<RequestDecision, { kind: 'changed' }> | null {
  const { state } = request;
  switch (state.is) {
    case 'asked':
      return null;
    case 'approved':
      return { kind: 'ignored', because: `answered already: approved by ${state.by}` };
    case 'done':
      return { kind: 'ignored', because: `${requestName(request)} is closed: ${state.because}` };
    default:
      return { kind: 'refused', because: `${requestName(request)} is closed: ${state.because}` };
  }
}
