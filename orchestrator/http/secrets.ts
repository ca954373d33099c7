import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { makeFolder } from '../make-folder.ts';
import { dirname, join } from 'node:path';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { reasonOf } from '../../shared/reason-of.ts';
import { readOperatorText } from '../../shared/input/operator-file.ts';

/** Only the owner may read the file of a secret. */
const secretMode = 0o600;
const secretForm = /^[\x21-\x7e]{16,512}$/;

export const tokenFileIn = (dataDir: string): string => join(dataDir, 'token');

/**
 * The token of the API. A caller that has it may do everything. Faults: `token.folder`,
 * `token.file`.
 */
export const openToken = (dataDir: string): Result<string> =>
  openSecretFile(tokenFileIn(dataDir), 'token', 'the token');

/** All check-in tokens come from the key in this file. */
export const checkInKeyFileIn = (dataDir: string): string => join(dataDir, 'checkin-key');

/** Made at the first start. Faults: `checkInKey.folder`, `checkInKey.file`. */
export const openCheckInKey = (dataDir: string): Result<string> =>
  openSecretFile(checkInKeyFileIn(dataDir), 'checkInKey', 'the key of the check-in tokens');

/**
 * A secret that is kept in a file and made at the first start. Faults: `CODE.folder` when the
 * folder cannot be used, `CODE.file` when the file holds no secret.
 * @param what names it in sentences, e.g. "the token"
 */
function openSecretFile(file: string, code: string, what: string): Result<string> {
  try {
    makeFolder(dirname(file));
    makeSecret(file);
    // It may have been copied from elsewhere with other rights.
    chmodSync(file, secretMode);
    const read = readOperatorText(file);
    if (!read.ok) return err(fault(`${code}.file`, `${file} ${read.error}`));
    const secret = read.value.trim();
    return secretForm.test(secret)
      ? ok(secret)
      : err(
          fault(
            `${code}.file`,
            `${file} holds no ${what.replace(/^the /, '')}; remove it, and a new one is made`,
          ),
        );
  } catch (error) {
    const because = `${reasonOf(error)}; choose another data folder or change its rights`;
    const says = `${what} cannot be kept in the data folder ${dirname(file)}: ${because}`;
    return err(fault(`${code}.folder`, says, error));
  }
}

/**
 * `wx`: of two orchestrators that start at once on a new folder one makes the secret and the other
 * reads it.
 */
function makeSecret(file: string): void {
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: secretMode, flag: 'wx' });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** Takes the same time wherever the two differ. Hashing makes them equally long first. */
export function isSameToken(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
