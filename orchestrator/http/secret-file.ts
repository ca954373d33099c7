import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { err, fault, messageOf, ok, type Result } from '../../shared/errors.ts';

/** Only the owner may read a secret file. */
export const secretMode = 0o600;
const secretForm = /^[\x21-\x7e]{16,512}$/;

/**
 * A secret that is kept in a file and made at the first start. Faults: `CODE.folder` when the
 * folder cannot be used, `CODE.file` when the file holds no secret.
 * @param what names it in sentences, e.g. "the token"
 */
export function openSecretFile(file: string, code: string, what: string): Result<string> {
  try {
    mkdirSync(dirname(file), { recursive: true });
    makeSecret(file);
    // It may have been copied from elsewhere with other rights.
    chmodSync(file, secretMode);
    const secret = readFileSync(file, 'utf8').trim();
    return secretForm.test(secret)
      ? ok(secret)
      : err(
          fault(
            `${code}.file`,
            `${file} holds no ${what.replace(/^the /, '')}; remove it, and a new one is made`,
          ),
        );
  } catch (error) {
    const because = `${messageOf(error)}; choose another data folder or change its rights`;
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
