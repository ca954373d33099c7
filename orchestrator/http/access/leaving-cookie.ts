import { z } from 'zod';
import { cookiesIn, setCookie } from './cookies.ts';
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

const name = 'servpack-leaving';

/** @param leaving null = the browser forgets it */
export const leavingCookie = (leaving: Leaving | null, isOverTls: boolean): string =>
  setCookie(
    name,
    leaving === null ? null : Buffer.from(JSON.stringify(leaving)).toString('base64url'),
    leavesForSeconds,
    isOverTls,
  );

/** Null = there is none. */
export function leavingIn(header: string | undefined, isOverTls: boolean): Leaving | null {
  const [found] = cookiesIn(header, name, isOverTls);
  if (found === undefined) return null;
  try {
    return form.safeParse(JSON.parse(Buffer.from(found, 'base64url').toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
