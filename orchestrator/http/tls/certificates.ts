import type { Logger } from 'pino';
import type { Config } from '../../../shared/config.ts';
import { ok, type Result } from '../../../shared/errors.ts';
import type { CertificateFiles } from '../../../shared/listener-settings.ts';
import { authenticatedCiphers } from '../../../shared/tls-ciphers.ts';
import { ClientCertificates } from '../access/client-certificates.ts';
import { type CertificateUse, ServerCertificate } from './server-certificate.ts';

/** The certificates of the listeners; null = this one is plain HTTP. */
export interface Certificates {
  readonly api: ServerCertificate | null;
  readonly checkIns: ServerCertificate | null;
}

export const ofApi: CertificateUse = {
  of: 'the API',
  settings: { cert: 'SERVPACK_TLS_CERT', key: 'SERVPACK_TLS_KEY' },
  ciphers: authenticatedCiphers,
};

/** Logon scripts of old Windows need more cipher suites than a browser: those of Node. */
export const ofCheckIns: CertificateUse = {
  of: 'the check-ins',
  settings: { cert: 'SERVPACK_CHECKIN_TLS_CERT', key: 'SERVPACK_CHECKIN_TLS_KEY' },
};

/** Faults: `config.certificate`, `config.clientCertificates`. */
export function openCertificates(
  { api, checkIn }: Pick<Config, 'api' | 'checkIn'>,
  log: Logger,
): Result<Certificates> {
  const clients =
    api.clientCertificates === null ? ok(null) : ClientCertificates.open(api.clientCertificates, log);
  if (!clients.ok) return clients;
  const ofTheApi = opened(ofApi, api.tls, { log, clients: clients.value });
  if (!ofTheApi.ok) return ofTheApi;
  const ofTheCheckIns = opened(ofCheckIns, checkIn?.tls ?? null, { log });
  if (!ofTheCheckIns.ok) return ofTheCheckIns;
  return ok({ api: ofTheApi.value, checkIns: ofTheCheckIns.value });
}

const opened = (
  use: CertificateUse,
  files: CertificateFiles | null,
  options: Parameters<typeof ServerCertificate.open>[2],
): Result<ServerCertificate | null> =>
  files === null ? ok(null) : ServerCertificate.open(use, files, options);
