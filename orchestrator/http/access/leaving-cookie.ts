import { z } from 'zod';
import type { Leaving } from './oidc.ts';

/**
 * What the browser keeps while it is with the provider. It is in no other place, so an answer of
 * the provider is good in the browser alone that has begun the sign-in.
 */

const leavesForSeconds = 600;

const form = z.strictObject({
  state: z.string().max(200),
  nonce: z.string().max(200),
  verifier: z.string().max(200),
  to: z.string().max(500),
});

const nameOf = (isOverTls: boolean): string => `${isOverTls ? '__Host-' : ''}servpack-leaving`;

/** @param leaving null = the browser forgets it */
export function leavingCookie(leaving: Leaving | null, isOverTls: boolean): string {
  const value = leaving === null ? '' : Buffer.from(JSON.stringify(leaving)).toString('base64url');
  const maxAge = leaving === null ? 0 : leavesForSeconds;
  const secure = isOverTls ? '; Secure' : '';
  return `${nameOf(isOverTls)}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Lax${secure}`;
}

/** Null = there is none. */
export function leavingIn(header: string | undefined, isOverTls: boolean): Leaving | null {
  const start = `${nameOf(isOverTls)}=`;
  const found = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(start));
  if (found === undefined) return null;
  try {
    const text = Buffer.from(found.slice(start.length), 'base64url').toString('utf8');
    return form.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
