import { once } from 'node:events';
import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ClientCertificate } from './client-certificate.ts';

/** The status and the body of an answer, however late the answer came. */
export interface LateAnswer {
  readonly isOk: boolean;
  readonly body: string;
}

/**
 * Posts JSON and waits for the answer as long as it takes. `fetch` gives up after five minutes
 * without a header (undici, `headersTimeout`), and an upgrade command may copy files for longer.
 * @param certificate shown to the orchestrator; left out = none
 * @throws what the connection failed with
 */
export async function postAndWait(
  target: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  certificate?: ClientCertificate,
): Promise<LateAnswer> {
  const send = target.protocol === 'https:' ? overHttps : overHttp;
  const sent = send(target, { method: 'POST', headers, ...certificate });
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const status = answer.statusCode ?? 0;
  return { isOk: status >= 200 && status < 300, body: await text(answer) };
}
