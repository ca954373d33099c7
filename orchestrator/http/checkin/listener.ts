import { readFileSync } from 'node:fs';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { CheckInConfig } from '../../../shared/config.ts';
import type { Client } from '../../../shared/domain/campaign/definition.ts';
import { err, fault, messageOf, ok, type Result } from '../../../shared/errors.ts';
import { isId } from '../../../shared/input/names.ts';
import type { OrchestratorContext } from '../../context.ts';
import { addressIn, takeAddress } from './address.ts';
import { generationIn } from './client-token.ts';
import { RateLimit, RefusalLog, ConcurrencyLimit } from './limits.ts';
import { accepted, oneOf, refused, tokenIn, transcriptIn } from './request.ts';
import { StoreUnavailable } from '../../../shared/store/errors.ts';
import { reportIn } from '../../fleet/check-in.ts';

/** What Smsrun32 says at one logon is a few KB; 16 KiB of it are kept. */
const bodyLimit = 256 * 1024;
/** Real time in which a request must have come in as a whole. */
const requestDeadlineMs = 30_000;
const socketsAtMost = 10_000;
/**
 * So many check-ins are written at once; so many more, with their bodies, wait for it in memory.
 */
const turns = { atOnce: 32, waiting: 2_000 } as const;
/** Seconds after which a client may try again, when Redis is unavailable or the line is full. */
const laterSeconds = 30;

export const addressHeader = 'x-servpack-host';

/**
 * The listener for clients that report in by themselves: one route, plain text, and nothing else
 * of the API.
 */
export function openCheckIns(context: OrchestratorContext, config: CheckInConfig): Result<FastifyInstance> {
  const tls = readTls(config);
  if (!tls.ok) return tls;
  const app = fastify({
    bodyLimit,
    requestTimeout: requestDeadlineMs,
    keepAliveTimeout: 5_000,
    frameworkErrors: (_error, _request, reply) =>
      void say(reply as FastifyReply, 400, 'the request is not understood'),
    ...(tls.value === null ? {} : { https: tls.value }),
  }) as FastifyInstance;
  app.server.maxConnections = socketsAtMost;
  app.removeAllContentTypeParsers();
  // Whatever curl calls what it sends, it is the text of a log.
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  answerErrors(app, context);
  const door: Door = {
    context,
    config,
    rate: new RateLimit(),
    turns: new ConcurrencyLimit(turns.atOnce, turns.waiting),
    refusals: new RefusalLog(context.log),
  };
  const handler = (request: CheckInRequest, reply: FastifyReply) => checkIn(door, request, reply);
  // Before the body is read: a caller without a token does not get to send one.
  const onRequest = async (request: CheckInRequest, reply: FastifyReply) => letIn(door, request, reply);
  app.route({
    method: ['GET', 'POST', 'PUT'],
    url: '/checkin/:client',
    exposeHeadRoute: false,
    onRequest,
    handler,
  });
  return ok(app);
}

type CheckInRequest = FastifyRequest;

interface Door {
  readonly context: OrchestratorContext;
  readonly config: CheckInConfig;
  readonly rate: RateLimit;
  readonly turns: ConcurrencyLimit;
  readonly refusals: RefusalLog;
}

function readTls({ tls }: CheckInConfig): Result<{ cert: Buffer; key: Buffer } | null> {
  if (tls === null) return ok(null);
  try {
    return ok({ cert: readFileSync(tls.cert), key: readFileSync(tls.key) });
  } catch (error) {
    return err(fault('checkIn.tls', `the certificate of the check-ins cannot be read: ${messageOf(error)}`));
  }
}

const nameIn = ({ params }: FastifyRequest): string => (params as { readonly client: string }).client;

/** The token first, then how often: both without a question to Redis. */
async function letIn({ context, rate, refusals }: Door, request: CheckInRequest, reply: FastifyReply) {
  const name = nameIn(request);
  const generation = generationOf(context, name, request);
  if (generation === null) {
    refusals.note(name, request.socket.remoteAddress);
    reply.header('www-authenticate', 'Bearer');
    return say(reply, 401, 'the token is missing, or is not one of this client');
  }
  // By generation too: who has an old token uses up nothing of the new one.
  const waitMs = rate.take(`${name.toLowerCase()} ${generation}`, performance.now());
  if (waitMs === 0) return undefined;
  const seconds = Math.ceil(waitMs / 1_000);
  reply.header('retry-after', seconds);
  return say(reply, 429, `${name} has checked in too often; again in ${seconds} s`);
}

function generationOf(
  { checkInKey }: OrchestratorContext,
  name: string,
  request: CheckInRequest,
): number | null {
  const token = tokenIn(request.headers, request.query);
  if (checkInKey === undefined || token === null || !isId(name)) return null;
  return generationIn(checkInKey, name, token);
}

async function checkIn({ context, config, turns: line }: Door, request: CheckInRequest, reply: FastifyReply) {
  const name = nameIn(request);
  const done = await line.run(async () => {
    const client = await find(context, name);
    const generation = generationOf(context, name, request) ?? 0;
    if (generation < (await context.store.leastGeneration(client?.client ?? name)))
      return say(reply, 401, `the token of ${name} was revoked; it needs a new one`);
    if (client === null) return say(reply, 404, `${name} is not in the fleet`);
    const sent = request.headers[addressHeader] ?? oneOf(request.query, 'host');
    const address = addressIn(config.address, {
      sent: sent === undefined ? undefined : String(sent),
      peer: request.socket.remoteAddress ?? '',
    });
    // First: the look that follows is to find it there.
    const became = await takeAddress(context, client, address);
    const reported = await reportIn(context, client.client, transcriptIn(request.body));
    return text(reply, 200).send(accepted(reported, became));
  });
  return done ?? later(reply, 'too many check in at this moment');
}

/** By its id, however its case is spelled: `%COMPUTERNAME%` is all capitals. */
async function find({ store }: OrchestratorContext, name: string): Promise<Client | null> {
  for (const spelling of new Set([name, name.toLowerCase(), name.toUpperCase()])) {
    const client = await store.readClient(spelling);
    if (client !== null) return client;
  }
  return null;
}

const text = (reply: FastifyReply, status: number): FastifyReply =>
  reply.code(status).type('text/plain; charset=utf-8').header('cache-control', 'no-store');

const say = (reply: FastifyReply, status: number, because: string): FastifyReply =>
  text(reply, status).send(refused(because));

const later = (reply: FastifyReply, because: string): FastifyReply =>
  say(reply.header('retry-after', laterSeconds), 503, `${because}; again in ${laterSeconds} s`);

function answerErrors(app: FastifyInstance, { log }: OrchestratorContext): void {
  app.setNotFoundHandler((_request, reply) =>
    say(reply, 404, 'clients report in at /checkin/CLIENT, and nowhere else'),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof StoreUnavailable) return later(reply, 'it cannot be written down now');
    const status = error.statusCode ?? 500;
    if (status === 413) return say(reply, 413, `more than ${bodyLimit / 1024} KiB are not taken`);
    if (status >= 400 && status < 500) return say(reply, status, 'the request is not understood');
    log.error({ error, client: nameIn(request) }, 'a check-in failed');
    return say(reply, 500, 'the orchestrator failed at this; its log says why');
  });
}
