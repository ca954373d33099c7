import type { FastifyRequest } from 'fastify';
import { fault } from '../../../shared/errors.ts';
import type { Refusal } from '../../refusal.ts';

export const isUnsafe = (method: string): boolean => !['GET', 'HEAD', 'OPTIONS'].includes(method);

/**
 * Whether a browser says that the page of another site sends a request: `Sec-Fetch-Site`, or the
 * `Origin` where a browser does not send that (plain HTTP beyond this machine). Null = it does not.
 * @param ifSilent what a request without both is: with a cookie it is refused
 */
export function whyOtherSite({ headers }: FastifyRequest, ifSilent: 'refused' | 'taken'): Refusal | null {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? null : foreign;
  const { origin, host } = headers;
  if (origin === undefined) return ifSilent === 'taken' ? null : foreign;
  return URL.parse(origin)?.host === host ? null : foreign;
}

const foreign: Refusal = fault(
  'origin.other',
  'a request that changes something with the cookie of a session must come from the page of this orchestrator',
);
