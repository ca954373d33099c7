import { Readable } from 'node:stream';
import { fleetBytesAtMost } from '../../input-file.ts';
import type { OrchestratorContext } from '../../context.ts';
import { sampleOf } from '../../fleet/sample.ts';
import { exportFleet } from '../../fleet/export.ts';
import { pageFleet } from '../../fleet/page-fleet.ts';
import { removeFromFleet } from '../../fleet/remove.ts';
import { importFleet } from '../../fleet/import.ts';
import { listTokens, revokeTokens } from '../checkin/tokens.ts';
import { sendList } from '../lists.ts';
import { type Api, answer, answers, textTypes } from '../responses.ts';
import { jsonLimit } from '../schemas/fields.ts';
import {
  exportQuery,
  fleetAnswer,
  fleetBody,
  fleetImportAnswer,
  fleetQuery,
  removalAnswer,
  removalBody,
  revokeBody,
  revokedAnswer,
  sampleAnswer,
  sampleQuery,
  tokensQuery,
} from '../schemas/fleet.ts';

/** The fleet, and the tokens with which its clients report in by themselves. */
export function fleetRoutes(app: Api, context: OrchestratorContext): void {
  app.post(
    '/v1/fleet',
    {
      bodyLimit: jsonLimit(fleetBytesAtMost),
      schema: { body: fleetBody, response: answers(fleetImportAnswer) },
    },
    async ({ who, acting, body }, reply) => answer(reply, await importFleet(acting, who, body)),
  );

  app.get(
    '/v1/fleet',
    { schema: { querystring: fleetQuery, response: answers(fleetAnswer) } },
    async ({ query, seen }, reply) => sendList(reply, await pageFleet(seen, query)),
  );

  app.post(
    '/v1/fleet/remove',
    {
      bodyLimit: jsonLimit(fleetBytesAtMost),
      schema: { body: removalBody, response: answers(removalAnswer) },
    },
    async ({ who, acting, body }, reply) => answer(reply, await removeFromFleet(acting, who, body)),
  );

  app.get('/v1/fleet/export', { schema: { querystring: exportQuery } }, async ({ query, seen }, reply) =>
    reply.type(textTypes[query.format]).send(Readable.from(exportFleet(seen.store.fleet(), query.format))),
  );

  app.get(
    '/v1/fleet/sample',
    { schema: { querystring: sampleQuery, response: answers(sampleAnswer) } },
    async ({ query, seen }) => sampleOf(seen.store, query.count, query.seed),
  );

  app.get('/v1/fleet/tokens', { schema: { querystring: tokensQuery } }, async ({ who, query }, reply) => {
    const lines = await listTokens(context, who, query);
    if (!lines.ok) return reply.send(answer(reply, lines));
    return reply
      .type(textTypes[query.format])
      .header('cache-control', 'no-store')
      .send(Readable.from(lines.value));
  });

  app.post(
    '/v1/fleet/tokens/revoke',
    { schema: { body: revokeBody, response: answers(revokedAnswer) } },
    async ({ who, body }, reply) => answer(reply, await revokeTokens(context, who, body)),
  );
}
