import { retryClient, skipClient } from '../../campaigns/client-actions.ts';
import { commandUndoClient } from '../../requests/commands.ts';
import { clientParams } from '../schemas/fields.ts';
import {
  checkInAnswer,
  checkInBody,
  clientAnswer,
  clientQuery,
  clientResultAnswer,
  clientActionBody,
  whyAnswer,
  whyQuery,
} from '../schemas/clients.ts';
import { readClientRecord } from '../../fleet/clients.ts';
import { why } from '../../campaigns/why.ts';
import { answer, answerCommand, answers, type Api, commandAnswers } from '../responses.ts';
import { checkIn } from '../../fleet/check-in.ts';

/** What is known of one client, and what it reports itself. */
export function clientRoutes(app: Api): void {
  app.get(
    '/v1/clients/:client',
    { schema: { params: clientParams, querystring: clientQuery, response: answers(clientAnswer) } },
    async ({ params, query, seen }, reply) =>
      answer(reply, await readClientRecord(seen, params.client, query.entries)),
  );

  app.get(
    '/v1/clients/:client/why',
    { schema: { params: clientParams, querystring: whyQuery, response: answers(whyAnswer) } },
    async ({ params, query: { campaign = null, evidence }, seen }, reply) =>
      answer(reply, await why(seen, { client: params.client, campaign, evidence })),
  );

  app.post(
    '/v1/clients/:client/checkin',
    { schema: { params: clientParams, body: checkInBody, response: answers(checkInAnswer) } },
    async ({ acting, params, body }, reply) =>
      answer(reply, await checkIn(acting, params.client, body?.transcript ?? null)),
  );

  app.post(
    '/v1/clients/:client/undo',
    {
      schema: { params: clientParams, body: clientActionBody, response: commandAnswers(clientResultAnswer) },
    },
    async ({ who, acting, params, body: { reason, campaign = null } }, reply) =>
      answerCommand(reply, await commandUndoClient(acting, who, { ...params, reason, campaign })),
  );

  const actions = { retry: retryClient, skip: skipClient };
  for (const [name, act] of Object.entries(actions)) {
    app.post(
      `/v1/clients/:client/${name}`,
      { schema: { params: clientParams, body: clientActionBody, response: answers(clientResultAnswer) } },
      async ({ who, acting, params, body: { reason, campaign = null } }, reply) =>
        answer(reply, await act(acting, who, { client: params.client, reason, campaign })),
    );
  }
}
