import { checkInBody, clientParams, clientQuery, whyQuery } from '../../shared/protocol.ts';
import { checkInAnswer, clientAnswer, whyAnswer } from '../../shared/protocol/clients.ts';
import { checkIn, readClientRecord } from '../clients.ts';
import type { Office } from '../office.ts';
import { why } from '../why.ts';
import { answer } from './answer-refusal.ts';
import { answers } from './answers.ts';
import type { Api } from './typed-app.ts';

/** What is known of one client, and what it reports itself. */
export function clientRoutes(app: Api, office: Office): void {
  app.get(
    '/v1/clients/:client',
    { schema: { params: clientParams, querystring: clientQuery, response: answers(clientAnswer) } },
    async ({ params, query }, reply) =>
      answer(reply, await readClientRecord(office, params.client, query.entries)),
  );

  app.get(
    '/v1/clients/:client/why',
    { schema: { params: clientParams, querystring: whyQuery, response: answers(whyAnswer) } },
    async ({ params, query: { campaign = null, evidence } }, reply) =>
      answer(reply, await why(office, { client: params.client, campaign, evidence })),
  );

  app.post(
    '/v1/clients/:client/checkin',
    { schema: { params: clientParams, body: checkInBody, response: answers(checkInAnswer) } },
    async ({ params, body }, reply) =>
      answer(reply, await checkIn(office, params.client, body?.transcript ?? null)),
  );
}
