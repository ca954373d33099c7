import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Texts that others keep and cannot read. `refresh token`: Redis keeps it; the key comes from the
 * secret in the cookie of a session, and Redis has only the hash of that. `cursor`: a caller keeps
 * it; the key comes from a secret of the orchestrator.
 */
type Purpose = 'refresh token' | 'cursor';

const algorithm = 'aes-256-gcm';
const lengths = { iv: 12, tag: 16 } as const;

const keyOf = (purpose: Purpose, secret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', `servpack ${purpose}`, 32));

/** Encrypts a text so that only the holder of the secret can read it. */
export function sealText(purpose: Purpose, text: string, secret: string): string {
  const iv = randomBytes(lengths.iv);
  const cipher = createCipheriv(algorithm, keyOf(purpose, secret), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** The text; null = it was sealed for another purpose or with another secret, or was changed. */
export function openText(purpose: Purpose, sealed: string, secret: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  const iv = bytes.subarray(0, lengths.iv);
  const tag = bytes.subarray(lengths.iv, lengths.iv + lengths.tag);
  try {
    const decipher = createDecipheriv(algorithm, keyOf(purpose, secret), iv).setAuthTag(tag);
    const text = decipher.update(bytes.subarray(lengths.iv + lengths.tag));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return null;
  }
}
