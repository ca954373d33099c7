import type { DeferralPolicy } from './policy.ts';

/**
 * A number in [0, 1) that is always the same for the same words: jitter without randomness, so that
 * a replay plans the same times. FNV-1a, with an avalanche at the end so that similar names spread.
 */
export function spread(...words: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const char of words.join('\u0000')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/**
 * The delay in milliseconds before the next try.
 * @param used number of earlier deferrals of this class, from 0
 * @param point position in the jitter range, in [0, 1)
 */
export function backoff(policy: DeferralPolicy, used: number, point: number): number {
  const plain = Math.min(policy.firstMs * policy.factor ** used, policy.maxMs);
  return Math.round(plain * (1 + policy.jitter * (2 * point - 1)));
}
