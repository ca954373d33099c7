import { cookiesIn, setCookie } from './cookies.ts';

/** Real time after which a session ends, even if it is in use. */
export const sessionMs = 12 * 60 * 60_000;
/** Real time without a request after which it ends. */
export const idleMs = 60 * 60_000;

const name = 'servpack';

/**
 * The secret in the cookie of a request; null = there is none. A browser sends the cookie of the
 * longest path first, and only ours has the form of a secret.
 */
export const secretIn = (header: string | undefined, isOverTls: boolean): string | null =>
  cookiesIn(header, name, isOverTls).find((value) => /^[0-9A-Za-z]{43}$/.test(value)) ?? null;

/** @param secret null = the browser forgets the cookie */
export const cookieOf = (secret: string | null, isOverTls: boolean): string =>
  setCookie(name, secret, sessionMs / 1_000, isOverTls);
