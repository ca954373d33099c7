import { Readable } from 'node:stream';
import { revokeBody, tokensQuery } from '../schemas/requests.ts';
import { revokedAnswer } from '../schemas/clients.ts';
import { listTokens, revokeTokens } from '../checkin/tokens.ts';
import type { OrchestratorContext } from '../../context.ts';
import { answer, answers, textTypes } from '../responses.ts';
import type { Api } from '../typed-app.ts';

/** The tokens with which clients report in by themselves, for the operator who hands them out. */
export function tokenRoutes(app: Api, context: OrchestratorContext): void {
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
