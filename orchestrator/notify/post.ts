import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { reasonOf } from '../../shared/reason-of.ts';
import { type Resolve, targetOf } from './target.ts';

/** What became of one try to deliver a message. */
export type Sent =
  | { readonly kind: 'delivered'; readonly because: string }
  /** `printed`: what a program says of it, for the log of this process and for a test. */
  | { readonly kind: 'failed'; readonly because: string; readonly printed?: string }
  /** The receiver wants no more messages. */
  | { readonly kind: 'gone'; readonly because: string };

export const failed = (because: string): Sent => ({ kind: 'failed', because });

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isPrivateAllowed: boolean;
  readonly resolve?: Resolve | undefined;
  /** Real time in which the receiver must have answered; 15 s when not given. */
  readonly answerMs?: number | undefined;
}

/**
 * Sends a body to a URL and waits for the status alone. A redirect is not followed: it would lead
 * to an address that nobody has checked. No sentence repeats the URL, which may be a password.
 */
export async function post({
  url,
  headers,
  body,
  isPrivateAllowed,
  resolve,
  answerMs = 15_000,
}: Post): Promise<Sent> {
  const target = await targetOf(url.hostname, isPrivateAllowed, resolve);
  if (!target.ok) return failed(target.error);
  const { address, family } = target.value;
  const pinned: LookupFunction = (_host, { all }, found) =>
    all === true ? found(null, [{ address, family }]) : found(null, address, family);
  const { promise, resolve: end } = Promise.withResolvers<Sent>();
  const asked = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, {
    method: 'POST',
    agent: false,
    lookup: pinned,
    signal: AbortSignal.timeout(answerMs),
    headers: {
      'user-agent': 'servpack',
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...headers,
    },
  });
  asked.on('response', (response) => {
    end(judged(response.statusCode ?? 0));
    // Nothing of the body is read: it may be endless.
    response.destroy();
  });
  asked.on('error', (error) => end(failed(whyFailed(error, answerMs))));
  asked.end(body);
  return promise;
}

function judged(status: number): Sent {
  const because = `it answers ${status}`;
  if (status >= 200 && status < 300) return { kind: 'delivered', because };
  // Standard Webhooks, "Disabling endpoints": 410 means that the endpoint wants nothing further.
  if (status === 410) return { kind: 'gone', because };
  return failed(status >= 300 && status < 400 ? `${because}, and redirects are not followed` : because);
}

const whyFailed = (error: Error, answerMs: number): string =>
  error.name === 'TimeoutError' || error.name === 'AbortError'
    ? `it does not answer within ${answerMs / 1_000} s`
    : `it cannot be reached: ${reasonOf(error)}`;
