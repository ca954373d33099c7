import type { FastifyInstance } from 'fastify';
import type { OrchestratorMetrics } from './open-metrics.ts';

/** Counts what became of each check-in. */
export function countCheckIns(app: FastifyInstance, { figures }: Pick<OrchestratorMetrics, 'figures'>): void {
  app.addHook('onResponse', async (_request, reply) =>
    figures.checkIns.inc({ outcome: outcomeOf(reply.statusCode) }),
  );
}

function outcomeOf(status: number): string {
  switch (status) {
    case 200:
      return 'accepted';
    case 401:
      return 'noToken';
    case 429:
      return 'tooOften';
    case 503:
      return 'later';
    default:
      return status < 500 ? 'refused' : 'failed';
  }
}
