import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { fault } from '../../shared/errors.ts';
import type { Refusal } from '../refusal.ts';
import { isUnsafe } from './access/same-origin.ts';
import { isUrgent, type Operation } from './contract/operation.ts';
import type { Pressure } from './pressure.ts';
import { refuse } from './problems.ts';
import { RateBuckets, type RatePolicy } from './rate.ts';

/** How much the API takes. */
export interface RequestLimits {
  readonly readsPerSecond: number;
  readonly writesPerSecond: number;
  /** Reads are refused while the event loop is later than this. */
  readonly delayAtMostMs: number;
  readonly pressure: Pressure;
}

/** Seconds after which a refused read may come again. */
const retrySeconds = 2;

/**
 * Refuses what one principal asks too often, and reads while the orchestrator is late. What is
 * urgent is never refused (`isUrgent`): it is asked when much is wrong, or by a whole site at once.
 * Call it after the token was checked.
 */
export function limitRequests(app: FastifyInstance, limits: RequestLimits): void {
  const policies = {
    reads: { name: 'reads', perSecond: limits.readsPerSecond },
    writes: { name: 'writes', perSecond: limits.writesPerSecond },
  } as const satisfies Record<string, RatePolicy>;
  const buckets = { reads: new RateBuckets(policies.reads), writes: new RateBuckets(policies.writes) };
  app.addHook('onClose', async () => limits.pressure.stop());
  app.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    if (operation !== undefined && isUrgent(operation)) return undefined;
    const kind = isRead(request, operation) ? 'reads' : 'writes';
    if (kind === 'reads' && limits.pressure.delayMs() > limits.delayAtMostMs)
      return later(reply, retrySeconds, fault('busy.late', 'the orchestrator is late; ask again later'));
    const { left, waitMs } = buckets[kind].take(principalOf(request), performance.now());
    const { name, perSecond } = policies[kind];
    reply.header('ratelimit-policy', `"${name}";q=${perSecond};w=1`);
    reply.header('ratelimit', `"${name}";r=${left};t=1`);
    if (waitMs === 0) return undefined;
    const says = `more than ${perSecond} ${name} came in a second; ask again in a second`;
    return later(reply, Math.ceil(waitMs / 1_000), fault(`tooMany.${name}`, says));
  });
}

/** A POST that changes nothing is a read. */
const isRead = ({ method }: FastifyRequest, operation: Operation | undefined): boolean =>
  !isUnsafe(method) || operation?.readsOnly === true;

/** Who is proved; without a token the address of the connection. */
const principalOf = ({ principal, socket }: FastifyRequest): string =>
  principal === null ? `address ${socket.remoteAddress ?? ''}` : `${principal.by} ${principal.person ?? ''}`;

const later = (reply: FastifyReply, seconds: number, refusal: Refusal): FastifyReply =>
  reply.header('retry-after', seconds).send(refuse(reply, refusal));
