import { isUrgent, type Operation } from './operation.ts';

/** What each refusal of a route means, by status. */
export const refusals = {
  400: 'The request is not understood, or a value in it is wrong.',
  401: 'The token is missing or wrong.',
  403: 'The role of the caller, or its narrowing, does not allow it.',
  404: 'There is nothing of this name.',
  406: 'It has none of the forms that `Accept` takes.',
  409: 'It cannot be done as things stand.',
  412: 'It has changed since the version that `If-Match` names. `errors` says what would differ now.',
  413: 'The request is larger than the route takes.',
  414: 'A name in the path is too long.',
  415: 'The body is not JSON.',
  421: 'The request is for another host.',
  422: 'The Idempotency-Key came with another request.',
  428: 'Say on which version the change is based: `If-Match`.',
  429: 'The token asks more often than it may.',
  431: 'The headers are larger than HTTP takes here.',
  500: 'The orchestrator failed at this request; its log says why.',
  503: 'The records cannot be reached or changed at this moment.',
} as const;

export type RefusalStatus = keyof typeof refusals;

/** The shape of a route that decides how it can be refused. */
export interface RouteShape {
  readonly method: string;
  readonly hasPathNames: boolean;
  readonly hasInput: boolean;
  /** It is answered as one JSON document or as lines. */
  readonly hasForms: boolean;
}

/** Whether a route changes something. */
export const isChange = ({
  method,
  operation,
}: {
  readonly method: string;
  readonly operation: Operation;
}): boolean => method === 'POST' && operation.readsOnly !== true;

/** Whether a request of the route may name itself, and gets the first answer again. */
export const keepsAnswer = (route: { readonly method: string; readonly operation: Operation }): boolean =>
  isChange(route) && route.operation.holdsSecret !== true;

/** The statuses with which a route may refuse a request, in order. */
export function refusalsOf(operation: Operation, shape: RouteShape): readonly RefusalStatus[] {
  const changes = isChange({ method: shape.method, operation });
  const isKept = keepsAnswer({ method: shape.method, operation });
  const may: readonly (readonly [RefusalStatus, boolean])[] = [
    // The header with the user name is checked wherever a token is.
    [400, operation.needs !== null || shape.hasInput],
    [401, operation.needs !== null || operation.signsIn === true],
    [403, operation.needs !== null || operation.signsIn === true],
    [404, shape.hasPathNames || operation.mayMiss === true],
    [406, shape.hasForms],
    [409, changes || operation.mayConflict === true],
    [412, operation.version === 'needed'],
    [413, shape.method === 'POST'],
    [414, shape.hasPathNames],
    [415, shape.method === 'POST'],
    [421, !(operation.needs === null && isUrgent(operation))],
    [422, isKept],
    [428, operation.version === 'needed'],
    [429, !isUrgent(operation)],
    [431, true],
    [500, true],
    [503, true],
  ];
  return may.filter(([, is]) => is).map(([status]) => status);
}
