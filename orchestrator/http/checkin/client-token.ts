import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import type { Result } from '../../../shared/errors.ts';
import { openSecretFile } from '../secret-file.ts';
import { isSameToken } from '../token.ts';

/** All check-in tokens come from the key in this file. */
export const checkInKeyFileIn = (dataDir: string): string => join(dataDir, 'checkin-key');

/** Made at the first start. Faults: `checkInKey.folder`, `checkInKey.file`. */
export const openCheckInKey = (dataDir: string): Result<string> =>
  openSecretFile(checkInKeyFileIn(dataDir), 'checkInKey', 'the key of the check-in tokens');

/**
 * The token with which one client reports in; it is good for nothing else. It is computed and not
 * stored, so a million tokens need no room. Windows names ignore case, and a logon script sends
 * its own spelling.
 */
export const clientToken = (key: string, client: string, generation: number): string =>
  `${generation}.${createHmac('sha256', key).update(`servpack check-in\n${generation}\n${client.toLowerCase()}`).digest('base64url')}`;

/**
 * The generation of this client's token; null when it is not one. Takes the same time wherever the
 * two differ.
 */
export function generationIn(key: string, client: string, given: string): number | null {
  const found = /^([1-9]\d{0,8})\.[\w-]{43}$/.exec(given);
  const generation = Number(found?.[1] ?? 1);
  const isIt = isSameToken(given, clientToken(key, client, generation));
  return isIt && found !== null ? generation : null;
}
