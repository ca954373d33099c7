import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { OrchestratorMetrics } from './open-metrics.ts';

/** Requests after whose answer nothing begins: how long they take is how long a pause takes. */
const stopping = new Set(['pauseCampaign', 'holdServers', 'abortCampaign', 'halt']);

/** Label sets of `http_requests_total`; further ones count for the route `other`. */
const labelSetsAtMost = 1_000;

/**
 * Counts and times every answer of the API by its route as the router knows it: what a caller
 * writes into a path makes no series.
 */
export function countRequests(app: FastifyInstance, { figures }: Pick<OrchestratorMetrics, 'figures'>): void {
  const known = new Set<string>();
  const isRoomFor = (labels: string): boolean => {
    if (known.size < labelSetsAtMost) known.add(labels);
    return known.has(labels);
  };
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const status = String(reply.statusCode);
    const method = methods.has(request.method) ? request.method : 'other';
    const seconds = reply.elapsedTime / 1_000;
    figures.requests.inc({
      method,
      status,
      route: isRoomFor(`${route} ${method} ${status}`) ? route : 'other',
    });
    figures.requestSeconds.observe({ route }, seconds);
    const reason = refusedBecause(request, reply.statusCode);
    if (reason !== null) figures.authFailures.inc({ reason });
    const { id = '' } = request.routeOptions.config.operation ?? {};
    if (stopping.has(id) && reply.statusCode === 200) figures.pauseSeconds.observe(seconds);
  });
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Why a caller was not let in; null = it was, or the refusal has another reason. */
function refusedBecause({ headers }: FastifyRequest, status: number): string | null {
  switch (status) {
    case 401:
      return headers.authorization === undefined && headers.cookie === undefined
        ? 'nothing given'
        : 'not known';
    case 403:
      return 'not allowed';
    case 421:
      return 'other host';
    default:
      return null;
  }
}
