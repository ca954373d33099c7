import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { type Fault, ok, type Result } from '../errors.ts';
import { hostIn, isNobodyElses } from '../host-header.ts';
import { listen } from '../listen.ts';
import { isLoopback } from '../listener-settings.ts';
import { metricsType } from './registry.ts';
import type { MetricsAddress, MetricsConfig } from './settings.ts';

export interface MetricsListener {
  /** `http://127.0.0.1:9301/metrics` */
  readonly url: string;
  close(): Promise<void>;
}

/** Scrapers are few. Further connections are closed. */
const connectionsAtMost = 50;
/** Real time in which a request must arrive. */
const requestMs = 10_000;

/**
 * Answers the metrics of this process on a port of their own, to everybody who reaches it, and
 * nothing else. On loopback the page of a stranger does not reach it. Null where the settings name
 * no such port. Faults: `http.portTaken`, `http.listen`.
 */
export async function openMetricsListener(
  { listen: where }: MetricsConfig,
  text: () => Promise<string>,
  log: Pick<Logger, 'info' | 'warn'>,
): Promise<Result<MetricsListener | null, Fault>> {
  if (where === null || where === 'off') return ok(null);
  const isLocal = isLoopback(where.host);
  const server = createServer(
    { requestTimeout: requestMs, headersTimeout: requestMs },
    (request, response) => {
      if (isLocal && !isNobodyElses(hostIn(request.headers.host)))
        return say(response, 421, 'the metrics of this machine are asked for by an address, or as localhost');
      const [path] = (request.url ?? '').split('?');
      if (path !== '/metrics') return say(response, 404, 'the metrics are at /metrics');
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return say(response.setHeader('allow', 'GET, HEAD'), 405, 'only GET is answered');
      text().then(
        (metrics) => answer(response, 200, metricsType, metrics),
        (error: unknown) => {
          log.warn({ error }, 'the metrics could not be read');
          say(response, 500, 'the metrics cannot be read; the log says why');
        },
      );
    },
  );
  server.maxConnections = connectionsAtMost;
  const url = await beginAtFree(server, where);
  if (!url.ok) return url;
  log.info({ url: url.value }, 'answers metrics');
  return ok({
    url: url.value,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  });
}

/** Several processes of one machine share a setting: each takes the first port that is free. */
async function beginAtFree(
  server: Server,
  { host, port, to }: MetricsAddress,
): Promise<Result<string, Fault>> {
  for (let next = port; ; next += 1) {
    const url = await listen(() => begin(server, host, next), next, 'SERVPACK_METRICS_LISTEN');
    if (url.ok || url.error.code !== 'http.portTaken' || next >= to) return url;
  }
}

async function begin(server: Server, host: string, port: number): Promise<string> {
  server.listen({ host, port });
  await once(server, 'listening');
  const { address, family, port: taken } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}/metrics`;
}

const say = (response: ServerResponse, status: number, sentence: string): void =>
  answer(response, status, 'text/plain; charset=utf-8', `${sentence}\n`);

function answer(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
