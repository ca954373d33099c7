import { createHash, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { Result } from '../../shared/errors.ts';
import { openSecretFile } from './secret-file.ts';

export const tokenFileIn = (dataDir: string): string => join(dataDir, 'token');

/**
 * The token of the API. A caller that has it may do everything. Faults: `token.folder`,
 * `token.file`.
 */
export const openToken = (dataDir: string): Result<string> =>
  openSecretFile(tokenFileIn(dataDir), 'token', 'the token');

/** Takes the same time wherever the two differ; hashing makes them equally long first. */
export function isSameToken(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
