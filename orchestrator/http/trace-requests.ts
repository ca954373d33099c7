import type { FastifyInstance } from 'fastify';
import type { Traces } from '../../shared/traces/traces.ts';

/**
 * A span for each answer of the API. It has the route and not the path: a path or a query may hold
 * what should not leave.
 */
export function traceRequests(app: FastifyInstance, traces: Traces): void {
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    const { url: route, config } = routeOptions;
    const { operation } = config;
    traces.ended({
      name: route === undefined ? method : `${method} ${route}`,
      kind: 'server',
      startedAt: Date.now() - elapsedTime,
      durationMs: elapsedTime,
      attributes: {
        'http.request.method': method,
        'http.response.status_code': statusCode,
        ...(route === undefined ? {} : { 'http.route': route }),
        ...(operation === undefined ? {} : { 'servpack.operation': operation.id }),
      },
      failed: statusCode >= 500 ? String(statusCode) : undefined,
    });
  });
}
