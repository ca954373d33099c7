import { isIPv4 } from 'node:net';
import { err, fault, type Fault, ok, type Result } from './errors.ts';

/** The settings of the orchestrator's two listeners: the API, and the check-ins of clients. */

/** Files with a certificate and its key, as PEM. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

export interface ApiConfig {
  readonly host: string;
  readonly port: number;
  /** By which people reach the API and the page, besides addresses and localhost. */
  readonly publicUrls: readonly string[];
  /** Its own certificate; null = plain HTTP. */
  readonly tls: CertificateFiles | null;
  /** The file that says who may use it with a certificate; null = nobody does. */
  readonly clientCertificates: string | null;
  /** The file that says with which provider people sign in; null = with none. */
  readonly oidc: string | null;
  /** Requests reach it over TLS: by its own certificate, or through a proxy with one. */
  readonly isOverTls: boolean;
}

export interface CheckInConfig {
  readonly host: string;
  readonly port: number;
  /**
   * Whether a check-in may change the client's address in the fleet: to the address it sends, or
   * to the one it comes from.
   */
  readonly address: 'never' | 'sent' | 'peer';
  /** Null = plain HTTP. */
  readonly tls: CertificateFiles | null;
}

/** The settings that this file reads, as the environment has them. */
interface Given {
  readonly SERVPACK_HOST: string;
  readonly SERVPACK_PORT: number;
  readonly SERVPACK_PUBLIC_URL?: readonly string[] | undefined;
  readonly SERVPACK_TLS_CERT?: string | undefined;
  readonly SERVPACK_TLS_KEY?: string | undefined;
  readonly SERVPACK_CLIENT_CERTS?: string | undefined;
  readonly SERVPACK_OIDC?: string | undefined;
  readonly SERVPACK_API_WITHOUT_TLS?: 'allowed' | undefined;
  readonly SERVPACK_BEHIND_TLS?: '1' | undefined;
  readonly SERVPACK_CHECKIN_HOST: string;
  readonly SERVPACK_CHECKIN_PORT?: number | undefined;
  readonly SERVPACK_CHECKIN_ADDRESS: CheckInConfig['address'];
  readonly SERVPACK_CHECKIN_TLS_CERT?: string | undefined;
  readonly SERVPACK_CHECKIN_TLS_KEY?: string | undefined;
}

/** Faults: `config.invalid`. */
export function apiConfigOf(given: Given): Result<ApiConfig, Fault> {
  const tls = filesOf(given, 'SERVPACK_TLS_CERT', 'SERVPACK_TLS_KEY');
  if (!tls.ok) return tls;
  const { SERVPACK_HOST: host, SERVPACK_API_WITHOUT_TLS: allowed, SERVPACK_BEHIND_TLS: behind } = given;
  const clientCertificates = given.SERVPACK_CLIENT_CERTS ?? null;
  if (clientCertificates !== null && tls.value === null) return err(withoutCertificate);
  const isOverTls = tls.value !== null || behind !== undefined;
  // A token that leaves the machine in plain text could be read on the way.
  if (!isOverTls && allowed === undefined && !isLoopback(host)) return err(inPlainText);
  const publicUrls = given.SERVPACK_PUBLIC_URL ?? [];
  return ok({
    host,
    port: given.SERVPACK_PORT,
    publicUrls,
    tls: tls.value,
    clientCertificates,
    oidc: given.SERVPACK_OIDC ?? null,
    isOverTls,
  });
}

/** A certificate that a proxy has checked proves nothing here. */
const withoutCertificate = fault(
  'config.invalid',
  'SERVPACK_CLIENT_CERTS: needs SERVPACK_TLS_CERT and SERVPACK_TLS_KEY, because servpack itself checks the certificates',
);

const inPlainText = fault(
  'config.invalid',
  'SERVPACK_HOST: is not on loopback, and the API has no TLS: the token would travel in plain text; ' +
    'set SERVPACK_TLS_CERT and SERVPACK_TLS_KEY, or put a proxy with TLS before it and set ' +
    'SERVPACK_BEHIND_TLS=1, or set SERVPACK_API_WITHOUT_TLS=allowed',
);

/**
 * Null = clients cannot report in by themselves. Faults: `config.invalid`.
 */
export function checkInConfigOf(given: Given): Result<CheckInConfig | null, Fault> {
  const tls = filesOf(given, 'SERVPACK_CHECKIN_TLS_CERT', 'SERVPACK_CHECKIN_TLS_KEY');
  if (!tls.ok) return tls;
  const { SERVPACK_CHECKIN_PORT: port, SERVPACK_CHECKIN_ADDRESS: address } = given;
  if (port === undefined) return ok(null);
  return ok({ host: given.SERVPACK_CHECKIN_HOST, port, address, tls: tls.value });
}

type FileSetting = `SERVPACK_${'' | 'CHECKIN_'}TLS_${'CERT' | 'KEY'}`;

function filesOf(
  given: Given,
  certSetting: FileSetting,
  keySetting: FileSetting,
): Result<CertificateFiles | null, Fault> {
  const { [certSetting]: cert, [keySetting]: key } = given;
  if (cert !== undefined && key !== undefined) return ok({ cert, key });
  if (cert === undefined && key === undefined) return ok(null);
  const missing = cert === undefined ? certSetting : keySetting;
  return err(fault('config.invalid', `${missing}: is missing; TLS needs both the certificate and its key`));
}

/** Names other than localhost may lead anywhere. */
export const isLoopback = (host: string): boolean =>
  host.toLowerCase() === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
