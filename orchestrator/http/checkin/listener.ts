import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { CheckInConfig } from '../../../shared/listener-settings.ts';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { type Fault, ok, type Result } from '../../../shared/errors.ts';
import { listen } from '../../../shared/listen.ts';
import type { OrchestratorContext } from '../../context.ts';
import { answerHeaders } from '../answer-headers.ts';
import { addressIn, takeAddress } from './address.ts';
import { onBrokenRequest } from '../broken-requests.ts';
import { RefusalLog } from '../refusal-log.ts';
import { RateLimit, ConcurrencyLimit } from './limits.ts';
import { accepted, oneOf, refused, tokenIn, transcriptIn } from './request.ts';
import { RecordsGone, StoreUnavailable } from '../../../shared/store/errors.ts';
import { reportIn } from '../../fleet/check-in.ts';
import { generationIn } from './tokens.ts';
import { isId } from '../../input/names.ts';
import { countCheckIns } from '../../metrics/count-checkins.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';

/** Smsrun32 writes a few KB at one logon; servpack keeps 16 KiB of them. */
const bodyLimit = 256 * 1024;
/** Real time in which a whole request must arrive. */
const requestDeadlineMs = 30_000;
const socketsAtMost = 10_000;
/** So many check-ins are handled at once; so many more, with their bodies, wait in memory. */
const writing = { atOnce: 32, waiting: 2_000 } as const;
/** Seconds until a client may try again, when Redis is unavailable or too many wait. */
const retrySeconds = 30;

const textType = 'text/plain; charset=utf-8';

export const addressHeader = 'x-servpack-host';

/** The open listener, and the URL at which clients report in. */
export interface OpenCheckIns {
  readonly app: FastifyInstance;
  readonly url: string;
}

/** Null where clients do not report in by themselves. Faults: `http.portTaken`, `http.listen`. */
export async function listenForCheckIns(
  context: OrchestratorContext,
  config: CheckInConfig | null,
  certificate: ServerCertificate | null,
): Promise<Result<OpenCheckIns | null, Fault>> {
  if (config === null) return ok(null);
  const app = buildCheckIns(context, config, certificate);
  const { host, port } = config;
  const url = await listen(() => app.listen({ host, port }), port, 'SERVPACK_CHECKIN_PORT');
  if (!url.ok) await app.close();
  return url.ok ? ok({ app, url: url.value }) : url;
}

/**
 * The listener for clients that report in by themselves: one route, plain text, and nothing else
 * of the API.
 * @param certificate null = plain HTTP
 */
function buildCheckIns(
  context: OrchestratorContext,
  config: CheckInConfig,
  certificate: ServerCertificate | null,
): FastifyInstance {
  const app = fastify({
    bodyLimit,
    requestTimeout: requestDeadlineMs,
    keepAliveTimeout: 5_000,
    frameworkErrors: (_error, _request, reply) =>
      void refuse(reply as FastifyReply, 400, 'the request is not understood'),
    clientErrorHandler: onBrokenRequest((status) => ({
      type: textType,
      body: refused(status === 408 ? 'the request came too slowly' : 'the request is not understood'),
    })),
    ...certificate?.listener(),
  }) as FastifyInstance;
  app.server.maxConnections = socketsAtMost;
  app.removeAllContentTypeParsers();
  // Any content type: the body is the text of a log, whatever curl calls it.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  answerErrors(app, context);
  if (context.metrics !== undefined) countCheckIns(app, context.metrics);
  const listener: Listener = {
    context,
    config,
    rate: new RateLimit(),
    writes: new ConcurrencyLimit(writing.atOnce, writing.waiting),
    refusals: {
      token: new RefusalLog(context.log, 'check-ins without their token', 'client'),
      revoked: new RefusalLog(context.log, 'check-ins with a revoked token', 'client'),
      tooOften: new RefusalLog(context.log, 'check-ins that come too often', 'client'),
    },
  };
  const handler = (request: FastifyRequest, reply: FastifyReply) => checkIn(listener, request, reply);
  // Before the body is read: a caller without a token does not get to send one.
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) =>
    authorize(listener, request, reply);
  app.route({
    method: ['GET', 'POST', 'PUT'],
    url: '/checkin/:client',
    exposeHeadRoute: false,
    onRequest,
    handler,
  });
  return app;
}

interface Listener {
  readonly context: OrchestratorContext;
  readonly config: CheckInConfig;
  readonly rate: RateLimit;
  readonly writes: ConcurrencyLimit;
  readonly refusals: Readonly<Record<'token' | 'revoked' | 'tooOften', RefusalLog>>;
}

const nameIn = ({ params }: FastifyRequest): string => (params as { readonly client: string }).client;

/** Checks the token, then how often it is used. Neither asks Redis. */
async function authorize(
  { context, rate, refusals }: Listener,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const name = nameIn(request);
  const generation = generationOf(context, name, request);
  if (generation === null) {
    refusals.token.note({ named: name, from: request.socket.remoteAddress });
    reply.header('www-authenticate', 'Bearer');
    return refuse(reply, 401, 'the token is missing, or is not one of this client');
  }
  // By generation too: an old token uses up nothing of the new one.
  const waitMs = rate.take(`${name.toLowerCase()} ${generation}`, performance.now());
  if (waitMs === 0) return undefined;
  refusals.tooOften.note({ named: name, from: request.socket.remoteAddress });
  const seconds = Math.ceil(waitMs / 1_000);
  reply.header('retry-after', seconds);
  return refuse(reply, 429, `${name} has checked in too often; again in ${seconds} s`);
}

function generationOf(
  { checkInKey }: OrchestratorContext,
  name: string,
  request: FastifyRequest,
): number | null {
  const token = tokenIn(request.headers, request.query);
  if (checkInKey === undefined || token === null || !isId(name)) return null;
  return generationIn(checkInKey, name, token);
}

async function checkIn(
  { context, config, writes, refusals }: Listener,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const name = nameIn(request);
  const done = await writes.run(async () => {
    // An emptied store has no client and no revoked token.
    await context.store.checkRecords();
    const found = await findClients(context, name);
    if (found.length > 1) return refuse(reply, 409, whyAmbiguous(found));
    const client = found[0] ?? null;
    const generation = generationOf(context, name, request) ?? 0;
    if (generation < (await context.store.leastGeneration(client?.client ?? name))) {
      refusals.revoked.note({ named: name, from: request.socket.remoteAddress });
      return refuse(reply, 401, `the token of ${name} was revoked; it needs a new one`);
    }
    if (client === null) return refuse(reply, 404, `${name} is not in the fleet`);
    const sent = request.headers[addressHeader] ?? oneOf(request.query, 'host');
    const address = addressIn(config.address, {
      sent: sent === undefined ? undefined : String(sent),
      peer: request.socket.remoteAddress ?? '',
    });
    // Before the check-in: the look that follows needs the new address.
    const outcome = await takeAddress(context, client, address);
    const reported = await reportIn(context, client.client, transcriptIn(request.body));
    return text(reply, 200).send(accepted(reported, outcome));
  });
  return done ?? refuseForNow(reply, 'too many check in at this moment');
}

/**
 * The client of this id in any case: `%COMPUTERNAME%` is all capitals. A fleet of an earlier
 * version may have two that differ by case only: the token of one would open the other.
 */
async function findClients({ store }: OrchestratorContext, name: string): Promise<readonly Client[]> {
  const [spellings = []] = await store.spellings([name]);
  const found = await Promise.all(spellings.map((spelling) => store.readClient(spelling)));
  return found.filter((client) => client !== null);
}

const whyAmbiguous = (found: readonly Client[]): string =>
  `${found.map(({ client }) => client).join(' and ')} are clients of the fleet that differ by case only`;

const text = (reply: FastifyReply, status: number): FastifyReply =>
  reply.code(status).type(textType).headers(answerHeaders);

const refuse = (reply: FastifyReply, status: number, because: string): FastifyReply =>
  text(reply, status).send(refused(because));

const refuseForNow = (reply: FastifyReply, because: string): FastifyReply =>
  refuse(reply.header('retry-after', retrySeconds), 503, `${because}; again in ${retrySeconds} s`);

function answerErrors(app: FastifyInstance, { log }: OrchestratorContext): void {
  app.setNotFoundHandler((_request, reply) =>
    refuse(reply, 404, 'clients report in at /checkin/CLIENT, and nowhere else'),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof StoreUnavailable || error instanceof RecordsGone)
      return refuseForNow(reply, 'it cannot be written down now');
    const status = error.statusCode ?? 500;
    if (status === 413) return refuse(reply, 413, `more than ${bodyLimit / 1024} KiB are not taken`);
    if (status >= 400 && status < 500) return refuse(reply, status, 'the request is not understood');
    log.error({ error, client: nameIn(request) }, 'a check-in failed');
    return refuse(reply, 500, 'the orchestrator failed at this; its log says why');
  });
}
