import { hash, randomBytes } from 'node:crypto';

/** `sp_<id>_<secret>`: the id finds the record, the secret proves the token. */
const form = /^sp_([0-9A-Za-z]{8})_[0-9A-Za-z]{43}$/;

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 32 random bytes in base 62: 43 characters hold 256 bits. */
export const randomSecret = (): string => inBase62(randomBytes(32), 43);

/** Names a token or a session. It is no secret. */
export const randomId = (): string => inBase62(randomBytes(5), 8);

function inBase62(bytes: Buffer, length: number): string {
  let rest = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (let at = 0; at < length; at += 1) {
    text = `${digits[Number(rest % 62n)]}${text}`;
    rest /= 62n;
  }
  return text;
}

/** A new token, and its id. */
export function makeToken(): { readonly id: string; readonly token: string } {
  const id = randomId();
  return { id, token: `sp_${id}_${randomSecret()}` };
}

/** The id in a token; null when it is none of this form. */
export const idInToken = (token: string): string | null => form.exec(token)?.[1] ?? null;

/**
 * How secrets are kept. They are random and as long as the hash, so a slow hash would protect
 * nothing more.
 */
export const digestOf = (secret: string): string => hash('sha256', secret);
