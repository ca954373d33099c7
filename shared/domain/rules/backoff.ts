import type { DeferralPolicy } from './policy.ts';

/**
 * A number in [0, 1) that is always the same for the same words: jitter without randomness, so that
 * a replay plans the same times. FNV-1a, with an avalanche at the end so that similar names spread.
 */
export function spread(...words: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  const text = words.join('\u0000');
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    const code = isHighSurrogate(unit) ? (text.codePointAt(at) ?? 0) : unit;
    // A character above U+FFFF is two units of the text.
    if (code > 0xffff) at += 1;
    hash = Math.imul(hash ^ code, 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/**
 * The delay in milliseconds before the next try.
 * @param used number of earlier deferrals of this class, from 0
 * @param point position in the jitter range, in [0, 1)
 */
export function backoff(policy: DeferralPolicy, used: number, point: number): number {
  const plain = Math.min(policy.firstMs * policy.factor ** used, policy.maxMs);
  return Math.round(plain * (1 + policy.jitter * (2 * point - 1)));
}
