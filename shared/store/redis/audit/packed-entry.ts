/**
 * Shorter forms of long values in an audit entry. Redis keeps a million entries, so hashes and the
 * random names of drivers are kept in base64url instead of hex.
 */

const hash = /^[0-9a-f]{64}$/;
const packedHash = /^[A-Za-z0-9_-]{43}$/;

/** A SHA-256 in 43 characters instead of 64; any other text stays as it is. */
export const packHash = (text: string): string =>
  hash.test(text) ? Buffer.from(text, 'hex').toString('base64url') : text;

export const unpackHash = (text: string): string =>
  packedHash.test(text) ? Buffer.from(text, 'base64url').toString('hex') : text;

const driver = /^worker ([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/;
const packedDriver = /^~[A-Za-z0-9_-]{22}$/;

/** `worker UUID` in 23 characters instead of 43. No user name begins with `~`. */
export function packWho(who: string): string {
  const parts = driver.exec(who);
  return parts === null ? who : `~${Buffer.from(parts.slice(1).join(''), 'hex').toString('base64url')}`;
}

export function unpackWho(text: string): string {
  if (!packedDriver.test(text)) return text;
  const hex = Buffer.from(text.slice(1), 'base64url').toString('hex');
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `worker ${parts.join('-')}`;
}
