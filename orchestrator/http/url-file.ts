import type { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/**
 * Holds the URL of the orchestrator of a data folder, so that the command line finds it on any
 * port. It may be out of date: `--url` and SERVPACK_URL take precedence.
 */
const urlFile = (dataDir: string): string => join(dataDir, 'url');

/**
 * The URL for the command line of this machine. With TLS the certificate must be for the name in
 * it: a certificate for this machine (`localhost`, its address) allows the address of the listener,
 * another one the first public URL with TLS.
 * @param listening where the API listens
 */
export function urlOf(
  listening: string,
  publicUrls: readonly string[],
  served: { readonly certificate: X509Certificate } | null,
): string {
  if (served === null) return listening;
  const { certificate } = served;
  const local = new URL(listening);
  const address = local.hostname.replaceAll(/^\[|\]$/g, '');
  if (isIP(address) !== 0 && certificate.checkIP(address) !== undefined) return listening;
  if (certificate.checkHost('localhost') !== undefined) return `https://localhost:${local.port}`;
  return publicUrls.find((each) => each.startsWith('https:')) ?? listening;
}

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
