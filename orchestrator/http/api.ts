import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import type { OrchestratorContext } from '../context.ts';
import { sendAnswerHeaders } from './answer-headers.ts';
import { accessRoutes } from './routes/access-routes.ts';
import { approvalRoutes } from './routes/approval-routes.ts';
import { auditRoutes } from './routes/audit-routes.ts';
import { campaignRoutes } from './routes/campaign-routes.ts';
import { reportRoutes } from './routes/report-routes.ts';
import type { Environment } from '../doctor/diagnose.ts';
import type { QueuePlace } from '../bullmq-queues.ts';
import { serveBoard } from './board/serve-board.ts';
import { documentOf } from './contract/document.ts';
import type { EventHub } from './events/hub.ts';
import { collectRoutes } from './contract/routes-of.ts';
import { clientRoutes } from './routes/client-routes.ts';
import { onBrokenRequest, problemForBroken, refuseExpectations } from './broken-requests.ts';
import { answerBadUrl, answerErrors } from './errors.ts';
import { descriptionRoutes } from './routes/description-routes.ts';
import { statusRoute } from './routes/status-route.ts';
import { eventRoutes } from './routes/event-routes.ts';
import { evidenceRoutes } from './routes/evidence-routes.ts';
import { fleetRoutes } from './routes/fleet-routes.ts';
import { orchestratorRoutes } from './routes/orchestrator-routes.ts';
import { notifyRoutes } from './routes/notify-routes.ts';
import { replayRoutes } from './routes/replay-routes.ts';
import { servePage } from './page.ts';
import { probeRoutes } from './routes/probe-routes.ts';
import { problemRoutes } from './routes/problem-routes.ts';
import { referenceRoutes } from './routes/reference-routes.ts';
import { releaseRoutes } from './routes/release-routes.ts';
import { editRoutes } from './routes/edit-routes.ts';
import { removalRoutes } from './routes/removal-routes.ts';
import { haltRoutes } from './routes/halt-routes.ts';
import { hookRoutes } from './routes/hook-routes.ts';
import { scheduleRoutes } from './routes/schedule-routes.ts';
import { serverLimitRoutes } from './routes/server-limit-routes.ts';
import { serveProvider } from './routes/provider-routes.ts';
import { sessionRoutes } from './routes/session-routes.ts';
import { surveyRoutes } from './routes/survey-routes.ts';
import { metricsRoutes } from './routes/metrics-routes.ts';
import { countRequests } from '../metrics/count-requests.ts';
import { traceRequests } from './trace-requests.ts';
import { nameNearest } from './stored-names.ts';
import { keepAnswers } from './idempotency.ts';
import { limitRequests, type RequestLimits } from './limit-requests.ts';
import { Access } from './access/access.ts';
import { endLongAnswers } from './access/long-answers.ts';
import { guardHost } from './access/guard-host.ts';
import type { OpenIdProvider } from './access/oidc.ts';
import { readershipOf } from './access/readership.ts';
import { narrowRequests } from './access/narrow.ts';
import { requireAccess } from './access/require-access.ts';
import { requireRecords } from './records.ts';
import { versionedSerializer } from './responses.ts';
import type { ServerCertificate } from './tls/server-certificate.ts';

/** Enough for ids and reasons. A route that takes a file has a limit of its own. */
const bodyLimit = 512 * 1024;

/**
 * Real time in which a whole request must arrive: enough for the largest fleet file on a slow
 * line, and an idle socket is closed.
 */
const arrivesWithinMs = 300_000;
/** Real time for the headers alone, as Node has it. */
const headersWithinMs = 60_000;
/** How much later than its deadline a slow request may be found, as Node has it. */
const foundWithinMs = 30_000;

export interface ApiOptions {
  /** The token of the token file, which may do everything. */
  readonly token: string;
  /** Callers reach it over TLS: then browsers send the cookie of a session over nothing else. */
  readonly isOverTls?: boolean;
  /** The certificate with which it listens; null or left out = plain HTTP. */
  readonly certificate?: ServerCertificate | null;
  /** With which people sign in; null or left out = with tokens and links only. */
  readonly provider?: OpenIdProvider | null;
  /** Names by which callers reach it, besides addresses and localhost. */
  readonly hosts?: readonly string[];
  /** By such a name: the path, such as `/servpack`, below which a proxy serves it. */
  readonly paths?: ReadonlyMap<string, string>;
  readonly log: Logger;
  /** Real time in which a whole request must arrive; default: five minutes. */
  readonly requestDeadlineMs?: number;
  /** How much the API takes; without it anything. */
  readonly limits?: RequestLimits;
  /** Pushes what has changed; without it nobody can follow. */
  readonly events?: EventHub;
  /** Where the queues lie that administrators are shown at /queues; without it nobody is. */
  readonly board?: QueuePlace;
  /** What the preflight looks at besides the records; none when not given. */
  readonly environment?: Environment;
}

/**
 * The HTTP API of an orchestrator. The caller lets it listen, on loopback unless configured
 * otherwise.
 */
export function buildApi(
  context: OrchestratorContext,
  {
    token,
    log,
    environment,
    limits,
    events,
    board,
    certificate,
    provider = null,
    isOverTls = false,
    hosts = [],
    paths = new Map(),
    requestDeadlineMs = arrivesWithinMs,
  }: ApiOptions,
): FastifyInstance {
  const app = (
    fastify({
      bodyLimit,
      requestTimeout: requestDeadlineMs,
      http: {
        headersTimeout: Math.min(headersWithinMs, requestDeadlineMs),
        connectionsCheckingInterval: Math.min(foundWithinMs, requestDeadlineMs / 10),
      },
      frameworkErrors: answerBadUrl,
      clientErrorHandler: onBrokenRequest(problemForBroken),
      genReqId: () => randomUUID(),
      ...certificate?.listener(),
    }) as FastifyInstance
  ).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(versionedSerializer);
  refuseExpectations(app);
  const described = collectRoutes(app);
  sendAnswerHeaders(app, isOverTls);
  if (context.metrics !== undefined) countRequests(app, context.metrics);
  if (context.traces !== undefined) traceRequests(app, context.traces);
  answerErrors(app, log);
  guardHost(app, hosts);
  servePage(app);
  const access = new Access({
    store: context.store,
    realNow: () => context.clock.realNow(),
    log,
    fileToken: token,
    isOverTls,
    certificates: certificate?.clients ?? null,
    provider,
  });
  requireAccess(app, access, log);
  endLongAnswers(app, access, log);
  if (limits !== undefined) limitRequests(app, limits);
  requireRecords(app, context);
  nameNearest(app, context);
  narrowRequests(app, context, token);
  keepAnswers(app, context);
  for (const routes of [
    fleetRoutes,
    campaignRoutes,
    reportRoutes,
    editRoutes,
    replayRoutes,
    removalRoutes,
    haltRoutes,
    serverLimitRoutes,
    approvalRoutes,
    clientRoutes,
    releaseRoutes,
    auditRoutes,
    evidenceRoutes,
    hookRoutes,
    scheduleRoutes,
    surveyRoutes,
    notifyRoutes,
  ])
    routes(app, context);
  statusRoute(app, context, readershipOf(access));
  eventRoutes(app, context, events, readershipOf(access));
  accessRoutes(app, context, access);
  sessionRoutes(app, context, access);
  serveProvider(app, context, access, provider);
  orchestratorRoutes(app, context, environment ?? null);
  probeRoutes(app, context);
  metricsRoutes(app, context);
  problemRoutes(app);
  if (board !== undefined) serveBoard(app, board, paths);
  const documentNow = () => documentOf(described);
  descriptionRoutes(app, documentNow);
  referenceRoutes(app, documentNow);
  return app;
}
