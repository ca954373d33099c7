import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Holds the URL of the orchestrator of a data folder, so that the command line finds it on any
 * port. It may be out of date: `--url` and SERVPACK_URL take precedence.
 */
const urlFile = (dataDir: string): string => join(dataDir, 'url');

export const writeUrl = (dataDir: string, url: string): void => writeFileSync(urlFile(dataDir), `${url}\n`);

/** The URL at which clients report in; an operator copies it into a logon script. */
export const writeCheckInUrl = (dataDir: string, url: string): void =>
  writeFileSync(join(dataDir, 'checkin-url'), `${url}\n`);

/** The URL of the last orchestrator of this data folder; null when there was none. */
export function readUrl(dataDir: string): string | null {
  try {
    return readFileSync(urlFile(dataDir), 'utf8').trim();
  } catch {
    return null;
  }
}
