import { createHmac } from 'node:crypto';

export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * The headers of Standard Webhooks (specification 1.0, "Signature scheme"): an HMAC-SHA256 over
 * `id.timestamp.body` for each key, separated by blanks.
 * @param at real time in milliseconds
 */
export function signed(id: string, at: number, body: string, keys: readonly Buffer[]): SignedHeaders {
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
