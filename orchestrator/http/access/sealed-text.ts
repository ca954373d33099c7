import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Texts that Redis keeps and cannot read: the key comes from the secret in the cookie of a session,
 * and Redis has only the hash of that.
 */

const algorithm = 'aes-256-gcm';
const lengths = { iv: 12, tag: 16 } as const;

const keyOf = (secret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', 'servpack refresh token', 32));

/** Encrypts a text so that only the holder of the secret can read it. */
export function sealText(text: string, secret: string): string {
  const iv = randomBytes(lengths.iv);
  const cipher = createCipheriv(algorithm, keyOf(secret), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** The text; null = it was sealed with another secret, or was changed. */
export function openText(sealed: string, secret: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  const iv = bytes.subarray(0, lengths.iv);
  const tag = bytes.subarray(lengths.iv, lengths.iv + lengths.tag);
  try {
    const decipher = createDecipheriv(algorithm, keyOf(secret), iv).setAuthTag(tag);
    const text = decipher.update(bytes.subarray(lengths.iv + lengths.tag));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
