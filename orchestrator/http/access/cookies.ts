/** With TLS browsers hold the name to `Secure`, this host and this path. */
const nameOf = (name: string, isOverTls: boolean): string => (isOverTls ? `__Host-${name}` : name);

/** The values of all cookies of this name in a request (RFC 6265, 4.2.1), in their order. */
export const cookiesIn = (header: string | undefined, name: string, isOverTls: boolean): readonly string[] =>
  (header ?? '').split(';').flatMap((pair) => {
    const [found, ...value] = pair.trim().split('=');
    return found === nameOf(name, isOverTls) ? [value.join('=')] : [];
  });

/**
 * The header that sets a cookie of the page, which no script can read. `Lax`: a link from a chat or
 * a mail finds the person signed in.
 * @param value null = the browser forgets the cookie
 */
export function setCookie(name: string, value: string | null, seconds: number, isOverTls: boolean): string {
  const secure = isOverTls ? '; Secure' : '';
  const maxAge = value === null ? 0 : seconds;
  return `${nameOf(name, isOverTls)}=${value ?? ''}; Max-Age=${maxAge}; Path=/; HttpOnly; SameSite=Lax${secure}`;
}
