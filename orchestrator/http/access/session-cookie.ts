/** Real time after which a session ends, even if it is in use. */
export const sessionMs = 12 * 60 * 60_000;
/** Real time without a request after which it ends. */
export const idleMs = 60 * 60_000;

/** With TLS browsers hold the name to `Secure`, this host and this path. */
const nameOf = (isOverTls: boolean): string => (isOverTls ? '__Host-servpack' : 'servpack');

/**
 * The secret in the cookie of a request (RFC 6265, 4.2.1); null = there is none. A browser sends
 * the cookie of the longest path first, and only ours has the form of a secret.
 */
export function secretIn(header: string | undefined, isOverTls: boolean): string | null {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('='));
  const found = pairs.find(
    ([name, value = '']) => name === nameOf(isOverTls) && /^[0-9A-Za-z]{43}$/.test(value),
  );
  return found?.[1] ?? null;
}

/**
 * `Lax`: a link from a chat or a mail finds the person signed in.
 * @param secret null = the browser forgets the cookie
 */
export function cookieOf(secret: string | null, isOverTls: boolean): string {
  const maxAge = secret === null ? 0 : sessionMs / 1_000;
  const secure = isOverTls ? '; Secure' : '';
  return `${nameOf(isOverTls)}=${secret ?? ''}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Lax${secure}`;
}
