import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { err, fault, messageOf, ok, type Result } from '../../shared/errors.ts';

/** Whoever can read this file may do everything: it is for its owner only. */
const tokenMode = 0o600;
const tokenForm = /^[\x21-\x7e]{16,512}$/;

export const tokenFileIn = (dataDir: string): string => join(dataDir, 'token');

/**
 * The token of the API: read from `<dataDir>/token`, which is made at the first start. Faults: `token.folder` when the folder can
 * not be used, `token.file` when the file holds no token.
 */
export function openToken(dataDir: string): Result<string> {
  const file = tokenFileIn(dataDir);
  try {
    mkdirSync(dataDir, { recursive: true });
    makeToken(file);
    // It may have been copied from elsewhere with other rights.
    chmodSync(file, tokenMode);
    const token = readFileSync(file, 'utf8').trim();
    return tokenForm.test(token)
      ? ok(token)
      : err(fault('token.file', `${file} holds no token; remove it, and a new one is made`));
  } catch (error) {
    const because = `${messageOf(error)}; choose another data folder or change its rights`;
    return err(
      fault('token.folder', `the token can not be kept in the data folder ${dataDir}: ${because}`, error),
    );
  }
}

/** `wx`: of two orchestrators that start at once on a new folder one makes the token and the other reads it. */
function makeToken(file: string): void {
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: tokenMode, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** Takes the same time wherever the two differ; hashing makes them equally long first. */
export function isSameToken(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
