import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { Readable } from 'node:stream';
import { createSecureContext } from 'node:tls';
import { err, fault, ok, type Result } from '../../../shared/errors.ts';
import { readOperatorFile } from '../../../shared/input/operator-file.ts';
import { readSecretFile } from '../../../shared/input/secret-file.ts';
import type { CertificateFiles } from '../../../shared/listener-settings.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import type { Refusal } from '../../refusal.ts';

/** The certificate that this person shows, and its key, as PEM. */
export interface ClientCertificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Reads the files of --cert and --key. Fault: `input.cert`. */
export function readClientCertificate(files: CertificateFiles): Result<ClientCertificate, Refusal> {
  const refuse = (says: string): Result<never, Refusal> => err(fault('input.cert', says));
  if (files.cert === '' || files.key === '')
    return refuse('a certificate needs its key: give --cert and --key together');
  const [cert, key] = [readOperatorFile(files.cert), readSecretFile(files.key)];
  if (!cert.ok) return refuse(`the certificate ${files.cert} ${cert.error}; correct --cert`);
  if (!key.ok) return refuse(`the key ${files.key} ${key.error}; correct --key`);
  const pair = { cert: cert.value, key: key.value };
  try {
    createSecureContext(pair);
    return ok(pair);
  } catch (error) {
    const because = reasonOf(error);
    return refuse(`the certificate ${files.cert} and the key ${files.key} cannot be used: ${because}`);
  }
}

/** Sends requests as `fetch` does, and shows the certificate, which `fetch` of Node cannot. */
export const fetchWith =
  (pair: ClientCertificate): ((target: URL, init: RequestInit) => Promise<Response>) =>
  async (target, { method = 'GET', headers, body, signal }) => {
    const options = { ...pair, method, headers: headers as Record<string, string> };
    const sent = request(target, { ...options, ...(signal instanceof AbortSignal ? { signal } : {}) });
    sent.end(body ?? undefined);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    const { statusCode: status = 0 } = answer;
    if (status >= 300 && status < 400 && status !== 304) {
      answer.destroy();
      throw new TypeError('the answer is a redirect');
    }
    const given = Object.entries(answer.headers).flatMap(([name, values]) =>
      [values ?? []].flat().map((value): [string, string] => [name, value]),
    );
    const isEmpty = status === 204 || status === 304;
    return new Response(isEmpty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
      status,
      headers: given,
    });
  };
