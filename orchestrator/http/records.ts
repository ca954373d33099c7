import type { FastifyInstance } from 'fastify';
import type { OrchestratorContext } from '../context.ts';
import { spellNames } from './stored-names.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** This route answers also when the records are gone. */
    needsNoRecords?: boolean;
  }
}

/**
 * Refuses every request when the records are gone. Without it an emptied Redis would look like a
 * servpack without campaigns, and the next import would write into it. What a request names is
 * looked up in the same turn, so that both cost one round trip.
 */
export function requireRecords(app: FastifyInstance, { store }: OrchestratorContext): void {
  app.addHook('preHandler', async (request) => {
    const { open, needsNoRecords } = request.routeOptions.config;
    const isNeeded = open !== true && needsNoRecords !== true;
    await Promise.all([isNeeded ? store.checkRecords() : undefined, spellNames(store, request)]);
  });
}
