import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../../../shared/errors.ts';
import type { OrchestratorContext } from '../../context.ts';
import { notFound, type Refusal } from '../../refusal.ts';
import { storedSpelling } from '../../spelling.ts';
import type { EventHub } from '../events/hub.ts';
import { EventStream, type Reader } from '../events/stream.ts';
import { type Position, readPosition } from '../events/position.ts';
import { readTopics, type Topics } from '../events/topics.ts';
import { refuse } from '../problems.ts';
import type { Api } from '../responses.ts';
import { eventsQuery } from '../schemas/events.ts';
import { eventsHeader, streamsAtMost } from '../events/limits.ts';

/** What the one who asks may see, and for how long: decided by the token or the session. */
export type Readership = (request: FastifyRequest) => Pick<Reader, 'reach' | 'sees' | 'mayStillRead'>;

/** Seconds after which a reader that found no place may come again. */
const fullSeconds = 30;

/** What has changed, pushed as server-sent events (WHATWG HTML, chapter 9.2). */
export function eventRoutes(
  app: Api,
  context: OrchestratorContext,
  events: EventHub | undefined,
  readership: Readership,
): void {
  app.addHook('preClose', async () => events?.close());
  const options = { exposeHeadRoute: false, schema: { querystring: eventsQuery } };
  app.get('/v1/events', options, async (request, reply) => {
    if (events === undefined) return refuse(reply, nobodyPushes);
    if (events.size >= streamsAtMost) {
      reply.header('retry-after', fullSeconds);
      return refuse(reply, full);
    }
    const { seen } = request;
    const topics = await knownTopics(seen, request.query.topics);
    if ('code' in topics) return refuse(reply, topics);
    const from = startOf(request, await context.store.shards());
    const stream = openStream(reply, { topics, seen, ...readership(request) }, from);
    events.connect(stream, once(reply.raw, 'close'));
    return reply;
  });
}

const nobodyPushes = fault('busy.events', 'this orchestrator pushes no events; read instead');
const full = fault('busy.streams', `${streamsAtMost} readers of events are connected; come again later`);
const wrongTopics = fault(
  'input.topics',
  'topics: expected heads, feed and at most 50 campaign:NAME, with commas between them',
);

/** The topics with the names of campaigns as they are stored. */
async function knownTopics({ store }: OrchestratorContext, text: string): Promise<Topics | Refusal> {
  const topics = readTopics(text);
  if (topics === null) return wrongTopics;
  const campaigns = new Set<string>();
  for (const typed of topics.campaigns) {
    const name = await storedSpelling(store, 'campaign', typed);
    if ((await store.readCampaign(name)) === null) return notFound('campaign', typed);
    campaigns.add(name);
  }
  return { ...topics, campaigns };
}

/**
 * Where the reader goes on. A text that is no position of this servpack stands before everything:
 * the reader is asked to read again.
 */
function startOf(
  { headers, query }: FastifyRequest<{ Querystring: { lastEventId?: string | undefined } }>,
  shards: number,
): Position | null {
  const header = headers[eventsHeader];
  const text = typeof header === 'string' && header !== '' ? header : query.lastEventId;
  if (text === undefined || text === '') return null;
  return readPosition(text, shards) ?? Array.from({ length: shards }, () => 'unknown');
}

function openStream(reply: FastifyReply, reader: Reader, from: Position | null): EventStream {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
    // The connection serves nothing else: it ends with the stream.
    connection: 'close',
  });
  const stream = new EventStream(raw, reader, from, performance.now());
  // Browsers that lose many streams at once come back one after the other.
  stream.open(`retry: ${randomInt(3_000, 8_001)}\n: servpack\n\n`);
  return stream;
}
