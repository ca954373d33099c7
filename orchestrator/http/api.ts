import fastify, { type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { Office } from '../office.ts';
import { auditRoutes } from './audit-routes.ts';
import { campaignRoutes } from './campaign-routes.ts';
import type { Premises } from '../doctor/diagnose.ts';
import { clientRoutes } from './client-routes.ts';
import { doctorRoutes } from './doctor-routes.ts';
import { answerBadUrl, answerErrors } from './errors.ts';
import { fleetRoutes } from './fleet-routes.ts';
import { haltRoutes } from './halt-routes.ts';
import { stragglerRoutes } from './straggler-routes.ts';
import { surveyRoutes } from './survey-routes.ts';
import { tokenRoutes } from './token-routes.ts';
import { requireToken } from './who.ts';

/** A request is a few ids and words; routes that take a file say how large it may be. */
const bodyLimit = 512 * 1024;

/** Real time until a request must have come in as a whole: the largest fleet file over a slow line, and nobody who only keeps a socket. */
const requestDeadlineMs = 300_000;

export interface ApiOptions {
  readonly token: string;
  /** Names the token in the audit. */
  readonly tokenName?: string;
  readonly log: Logger;
  /** What the preflight looks at beside the records. */
  readonly premises?: Premises;
}

/** The HTTP API of an orchestrator; the caller lets it listen, on loopback unless told otherwise. */
export function buildApi(
  office: Office,
  { token, tokenName = 'default', log, premises }: ApiOptions,
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
    stragglerRoutes,
    clientRoutes,
    tokenRoutes,
    auditRoutes,
    surveyRoutes,
  ])
    routes(app, office);
  doctorRoutes(app, office, premises ?? null);
  return app;
}
