import type { FastifyInstance } from 'fastify';
import type { OrchestratorContext } from '../context.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route answers also when the records are gone. */
    needsNoRecords?: boolean;
  }
}

/**
 * Refuses every request when the records are gone. Without it an emptied Redis would look like a
 * servpack without campaigns, and the next import would write into it.
 */
export function requireRecords(app: FastifyInstance, { store }: OrchestratorContext): void {
  app.addHook('preHandler', async (request) => {
    const { open, needsNoRecords } = request.routeOptions.config;
    if (open !== true && needsNoRecords !== true) await store.checkRecords();
  });
}
