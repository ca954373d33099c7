import type { FastifyInstance } from 'fastify';
import { isIP } from 'node:net';
import { fault } from '../../../shared/errors.ts';
import { isUrgent } from '../contract/operation.ts';
import { refuse } from '../problems.ts';

/**
 * Refuses requests for another host than this one. A name of a stranger that leads to this address
 * would make the page of the stranger one of the same origin (DNS rebinding). Addresses and
 * `localhost` cannot be given to a stranger. Call it before everything that answers.
 * @param names hosts by which people reach the orchestrator (SERVPACK_PUBLIC_URL)
 */
export function guardHost(app: FastifyInstance, names: readonly string[]): void {
  const own = new Set(names.map((name) => name.toLowerCase()));
  app.addHook('onRequest', async (request, reply) => {
    const { operation } = request.routeOptions.config;
    // Probes and scrapes come by names of a cluster, and learn nothing.
    if (operation?.needs === null && isUrgent(operation)) return undefined;
    const host = hostIn(request.headers.host);
    if (isIP(host) !== 0 || host === 'localhost' || own.has(host)) return undefined;
    return reply.send(refuse(reply, otherHost));
  });
}

/** The host of a request, without the port, and without the brackets of an IPv6 address. */
export const hostIn = (header: string | undefined): string =>
  (URL.parse(`http://${header ?? ''}`)?.hostname ?? '').toLowerCase().replaceAll(/^\[|\]$/g, '');

const otherHost = fault(
  'host.other',
  'the request is for another host; name the host of this orchestrator in SERVPACK_PUBLIC_URL',
);
