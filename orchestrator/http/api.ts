import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { OrchestratorContext } from '../context.ts';
import { auditRoutes } from './routes/audit-routes.ts';
import { campaignRoutes } from './routes/campaign-routes.ts';
import type { Environment } from '../doctor/diagnose.ts';
import { clientRoutes } from './routes/client-routes.ts';
import { doctorRoutes } from './routes/doctor-routes.ts';
import { answerBadUrl, answerErrors } from './errors.ts';
import { fleetRoutes } from './routes/fleet-routes.ts';
import { haltRoutes } from './routes/halt-routes.ts';
import { surveyRoutes } from './routes/survey-routes.ts';
import { tokenRoutes } from './routes/token-routes.ts';
import { requireToken } from './auth.ts';

/** A request is a few ids and words; routes that take a file say how large it may be. */
const bodyLimit = 512 * 1024;

/**
 * Real time in which a request must arrive as a whole. The largest fleet file passes over a slow
 * line; an idle socket is closed.
 */
const requestDeadlineMs = 300_000;

export interface ApiOptions {
  readonly token: string;
  /** Names the token in the audit. */
  readonly tokenName?: string;
  readonly log: Logger;
  /** What the preflight looks at beside the records. */
  readonly environment?: Environment;
}

/**
 * The HTTP API of an orchestrator. The caller lets it listen, on loopback unless configured
 * otherwise.
 */
export function buildApi(
  context: OrchestratorContext,
  { token, tokenName = 'default', log, environment }: ApiOptions,
): FastifyInstance {
  const app = fastify({
    bodyLimit,
    requestTimeout: requestDeadlineMs,
    frameworkErrors: answerBadUrl,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app, log);
  requireToken(app, { name: tokenName, token });
  for (const routes of [
    fleetRoutes,
    campaignRoutes,
    haltRoutes,
    clientRoutes,
    tokenRoutes,
    auditRoutes,
    surveyRoutes,
  ])
    routes(app, context);
  doctorRoutes(app, context, environment ?? null);
  return app;
}
