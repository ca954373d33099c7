import tls from 'node:tls';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { readOperatorText } from '../../../shared/input/operator-file.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import type { Refusal } from '../../refusal.ts';

/**
 * Trusts the authorities in this PEM file, besides those of the system, for every connection of
 * this process.
 */
export function trustAuthorities(file: string): Result<void, Refusal> {
  const read = readOperatorText(file);
  if (!read.ok) return refuse(file, read.error);
  const found = read.value.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g);
  if (found === null) return refuse(file, 'holds no certificate in PEM form');
  try {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), ...found]);
    return ok(undefined);
  } catch (error) {
    return refuse(file, `holds a certificate that cannot be read: ${reasonOf(error)}`);
  }
}

const refuse = (file: string, why: string): Result<never, Refusal> =>
  err(fault('input.ca', `the authorities in ${file} cannot be used: the file ${why}; correct --ca`));

/** What to do about a certificate that is not trusted, by the code of the error. */
export function adviceOnTrust(code: string): string {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'give the URL with the name of its certificate';
  if (/^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/.test(code))
    return 'an administrator puts a certificate there that is valid now';
  return 'give the certificate of its authority with --ca, or correct the URL';
}
