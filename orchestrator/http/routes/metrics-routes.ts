import { fault } from '../../../shared/errors.ts';
import { metricsType } from '../../../shared/metrics/registry.ts';
import type { OrchestratorContext } from '../../context.ts';
import { refuse } from '../problems.ts';
import type { Api } from '../responses.ts';

/** What Prometheus reads, without a token, where the API listens on loopback alone. */
export function metricsRoutes(app: Api, { metrics }: OrchestratorContext): void {
  app.get('/metrics', async (_request, reply) => {
    if (metrics?.isInApi !== true)
      return refuse(
        reply,
        fault('notFound.route', 'the metrics are not answered here: see SERVPACK_METRICS_LISTEN'),
      );
    return reply
      .type(metricsType)
      .header('cache-control', 'no-store')
      .send(await metrics.text());
  });
}
