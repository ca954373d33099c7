import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fault } from '../../../shared/errors.ts';
import { hostIn, isNobodyElses } from '../../../shared/host-header.ts';
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
    if (request.routeOptions.config.operation?.forAnyHost === true) return undefined;
    const isOwn = hostsIn(request).every((host) => isNobodyElses(host) || own.has(host));
    return isOwn ? undefined : reply.send(refuse(reply, otherHost));
  });
}

/** Every host that a request names: a second header, or an address in place of the path, counts. */
function hostsIn({ raw: { rawHeaders, url = '/' }, headers }: FastifyRequest): readonly string[] {
  const named = rawHeaders.filter(
    (_text, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host',
  );
  const hosts = named.length === 0 ? [hostIn(headers.host)] : named.map(hostIn);
  const address = url.startsWith('/') ? null : URL.parse(url);
  return address === null ? hosts : [...hosts, hostIn(address.host)];
}

const otherHost = fault(
  'host.other',
  'the request is for another host; name the host of this orchestrator in SERVPACK_PUBLIC_URL',
);
