export interface TracesConfig {
  /** Where spans are sent: OTLP over HTTP, as JSON. */
  readonly url: string;
  /** The share of the spans that are sent; one of something that failed always is. */
  readonly ratio: number;
}

/** The port of a collector on this machine. */
const onThisMachine = 'http://127.0.0.1:4318';

/**
 * Reads SERVPACK_TRACES: `on` = a collector on this machine, else its URL, which gets `/v1/traces`
 * where it has no path. Null = it is not understood. A URL must not hold a secret.
 */
export function parseTracesUrl(text: string): string | null {
  const url = URL.parse(text === 'on' ? onThisMachine : text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    return null;
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}
