import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Where the orchestrator of a data folder listens, so that the command line finds it on any port.
 * A hint that may be out of date: `--url` and SERVPACK_URL win over it.
 */
const addressFile = (dataDir: string): string => join(dataDir, 'url');

export const writeAddress = (dataDir: string, url: string): void =>
  writeFileSync(addressFile(dataDir), `${url}\n`);

/** Where clients report in by themselves: an operator copies it into a logon script. */
export const writeCheckInAddress = (dataDir: string, url: string): void =>
  writeFileSync(join(dataDir, 'checkin-url'), `${url}\n`);

/** Null when no orchestrator has ever listened with this data folder. */
export function readAddress(dataDir: string): string | null {
  try {
    return readFileSync(addressFile(dataDir), 'utf8').trim();
  } catch {
    return null;
  }
}
