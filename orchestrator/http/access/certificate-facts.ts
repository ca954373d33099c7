import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { CertificateFacts } from '../../domain/certificate-rules.ts';

/** The certificate that the caller has shown on this connection. */
export interface ShownCertificate {
  readonly facts: CertificateFacts;
  /** Why TLS does not accept it: a code of OpenSSL, such as `CERT_HAS_EXPIRED`; null = it does. */
  readonly refused: string | null;
}

/**
 * Null = the caller has shown none. Only the connection itself says so: a header that a proxy has
 * set proves nothing.
 */
export function certificateOn(socket: Socket): ShownCertificate | null {
  if (!(socket instanceof TLSSocket)) return null;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  return {
    facts: factsOf(certificate),
    refused: socket.authorized ? null : String(socket.authorizationError),
  };
}

/** What rules and the audit need of a certificate. */
export function factsOf(certificate: X509Certificate): CertificateFacts {
  const { subject } = certificate.toLegacyObject();
  return {
    subject: Object.entries(subject).flatMap(([attribute, values]) =>
      [values ?? []].flat().map((value) => [attribute, value] as const),
    ),
    names: namesIn(certificate.subjectAltName ?? ''),
    serial: certificate.serialNumber.toUpperCase(),
    endsAt: certificate.validToDate.getTime(),
  };
}

/**
 * Node writes names with commas between them, and one with a comma or a quote in it as a string of
 * JSON: a name cannot pretend to be two.
 */
function namesIn(text: string): readonly string[] {
  const parts = text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return parts.flatMap((part) => {
    const [, kind = '', value = ''] = /^\s*([^:]+):(.*)$/s.exec(part) ?? [];
    if (kind === '') return [];
    return [`${kind}:${value.startsWith('"') ? String(JSON.parse(value)) : value}`];
  });
}
