import type { OrchestratorContext } from '../../context.ts';
import { ok } from '../../../shared/errors.ts';
import type { Access } from '../access/access.ts';
import { createToken, listAccessTokens, revokeToken } from '../access/tokens.ts';
import { answer, answers, type Api } from '../responses.ts';
import {
  newTokenAnswer,
  revokedTokenAnswer,
  tokenBody,
  tokenParams,
  tokensAnswer,
} from '../schemas/access.ts';
import { reasonBody } from '../schemas/fields.ts';

/** The tokens of the API. */
export function accessRoutes(app: Api, context: OrchestratorContext, access: Access): void {
  app.get('/v1/tokens', { schema: { response: answers(tokensAnswer) } }, async (_request, reply) =>
    answer(reply, ok({ tokens: await listAccessTokens(access) })),
  );

  app.post(
    '/v1/tokens',
    { schema: { body: tokenBody, response: answers(newTokenAnswer) } },
    async ({ who, body }, reply) => answer(reply, await createToken(context, access, who, body)),
  );

  app.post(
    '/v1/tokens/:token/revoke',
    { schema: { params: tokenParams, body: reasonBody, response: answers(revokedTokenAnswer) } },
    async ({ who, params: { token }, body: { reason } }, reply) =>
      answer(reply, await revokeToken(context, access, who, { name: token, reason })),
  );
}
