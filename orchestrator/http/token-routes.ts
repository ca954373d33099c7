import { Readable } from 'node:stream';
import { revokeBody, tokensQuery } from '../../shared/protocol.ts';
import { revokedAnswer } from '../../shared/protocol/clients.ts';
import { listTokens, revokeTokens } from '../checkin/tokens.ts';
import type { Office } from '../office.ts';
import { answer } from './answer-refusal.ts';
import { answers } from './answers.ts';
import { textTypes } from './text-types.ts';
import type { Api } from './typed-app.ts';

/** The tokens with which clients report in by themselves, for whoever hands them out. */
export function tokenRoutes(app: Api, office: Office): void {
  app.get('/v1/fleet/tokens', { schema: { querystring: tokensQuery } }, async ({ who, query }, reply) => {
    const lines = await listTokens(office, who, query);
    if (!lines.ok) return reply.send(answer(reply, lines));
    return reply
      .type(textTypes[query.format])
      .header('cache-control', 'no-store')
      .send(Readable.from(lines.value));
  });

  app.post(
    '/v1/fleet/tokens/revoke',
    { schema: { body: revokeBody, response: answers(revokedAnswer) } },
    async ({ who, body }, reply) => answer(reply, await revokeTokens(office, who, body)),
  );
}
