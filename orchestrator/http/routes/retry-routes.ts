import { Readable } from 'node:stream';
import {
  campaignParams,
  clientParams,
  clientsQuery,
  maybeReasonBody,
  orderBody,
  reasonBody,
  retryBody,
} from '../schemas/requests.ts';
import { abortedAnswer, reopenedAnswer } from '../schemas/campaigns.ts';
import { clientResultAnswer } from '../schemas/clients.ts';
import { abortCampaign } from '../../campaigns/abort.ts';
import { listClients } from '../../campaigns/list-clients.ts';
import { retryCampaign, unmarkCampaign } from '../../campaigns/retry.ts';
import { retryClient, skipClient, undoClient } from '../../campaigns/client-actions.ts';
import type { OrchestratorContext } from '../../context.ts';
import { answer } from '../refusal-response.ts';
import { answers } from '../responses.ts';
import { textTypes } from '../text-types.ts';
import type { Api } from '../typed-app.ts';

const noReason = 'no reason was given';

/** What people do about clients, one or many, when the campaign alone does not. */
export function retryRoutes(app: Api, context: OrchestratorContext): void {
  campaignRoutes(app, context);
  const orders = { retry: retryClient, skip: skipClient, undo: undoClient };
  for (const [name, order] of Object.entries(orders)) {
    app.post(
      `/v1/clients/:client/${name}`,
      { schema: { params: clientParams, body: orderBody, response: answers(clientResultAnswer) } },
      async ({ who, params, body: { reason, campaign = null } }, reply) =>
        answer(reply, await order(context, who, { client: params.client, reason, campaign })),
    );
  }
}

function campaignRoutes(app: Api, context: OrchestratorContext): void {
  app.post(
    '/v1/campaigns/:campaign/abort',
    { schema: { params: campaignParams, body: reasonBody, response: answers(abortedAnswer) } },
    async ({ who, params, body }, reply) =>
      answer(reply, await abortCampaign(context, who, params.campaign, body.reason)),
  );

  app.post(
    '/v1/campaigns/:campaign/unmark',
    { schema: { params: campaignParams, body: maybeReasonBody, response: answers(reopenedAnswer) } },
    async ({ who, params, body }, reply) =>
      answer(reply, await unmarkCampaign(context, who, params.campaign, body?.reason ?? noReason)),
  );

  app.post(
    '/v1/campaigns/:campaign/retry',
    { schema: { params: campaignParams, body: retryBody, response: answers(reopenedAnswer) } },
    async ({ who, params, body: { which, reason = noReason } }, reply) =>
      answer(reply, await retryCampaign(context, who, params.campaign, { which, reason })),
  );

  app.get(
    '/v1/campaigns/:campaign/clients',
    { schema: { params: campaignParams, querystring: clientsQuery } },
    async ({ params, query }, reply) => {
      const lines = await listClients(context, params.campaign, query);
      if (!lines.ok) return reply.send(answer(reply, lines));
      return reply.type(textTypes[query.format]).send(Readable.from(lines.value));
    },
  );
}
