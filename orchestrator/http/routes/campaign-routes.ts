import { err, ok, type Result } from '../../../shared/errors.ts';
import { yamlBytesAtMost } from '../../../shared/input/input-text.ts';
import { blockersQuery, campaignParams, fileBody, reasonBody, resumeBody } from '../schemas/requests.ts';
import {
  blockersAnswer,
  campaignsAnswer,
  changedAnswer,
  planAnswer,
  reportAnswer,
  statusAnswer,
} from '../schemas/campaigns.ts';
import {
  type ChangedCampaign,
  pauseCampaign,
  resumeCampaign,
  startCampaign,
} from '../../campaigns/transitions.ts';
import { createCampaign, planCampaign } from '../../campaigns/create.ts';
import type { OrchestratorContext } from '../../context.ts';
import { listCampaigns, readBlockers, readHalted, readReport, readStatus } from '../../campaigns/report.ts';
import type { Refusal } from '../../refusal.ts';
import { answer } from '../refusal-response.ts';
import { answers } from '../responses.ts';
import type { Api } from '../typed-app.ts';

/** A campaign file as JSON text may be up to twice as long. */
const bodyLimit = 2 * yamlBytesAtMost;

const moves = { params: campaignParams, response: answers(changedAnswer) };

/** Whoever moves a campaign while everything is halted must hear of it: nothing begins in it all the same. */
async function underHalt(context: OrchestratorContext, asked: Promise<Result<ChangedCampaign, Refusal>>) {
  const [moved, halted] = [await asked, await readHalted(context)];
  if (moved.ok) return ok({ ...moved.value, halted });
  if (halted === null || moved.error.code !== 'campaign.refused') return moved;
  const { message } = moved.error;
  return err({ ...moved.error, message: `${message}; and everything is halted by ${halted.by}` });
}

/** What operators ask of campaigns. */
export function campaignRoutes(app: Api, context: OrchestratorContext): void {
  const file = { bodyLimit, schema: { body: fileBody, response: answers(planAnswer) } };
  app.post('/v1/campaigns/plan', file, async (request, reply) =>
    answer(reply, await planCampaign(context, request.body)),
  );

  app.post('/v1/campaigns', file, async (request, reply) =>
    answer(reply, await createCampaign(context, request.who, request.body)),
  );

  app.post('/v1/campaigns/:campaign/start', { schema: moves }, async ({ who, params }, reply) =>
    answer(reply, await underHalt(context, startCampaign(context, who, params.campaign))),
  );

  app.post(
    '/v1/campaigns/:campaign/pause',
    { schema: { ...moves, body: reasonBody } },
    async ({ who, params, body }, reply) =>
      answer(reply, await underHalt(context, pauseCampaign(context, who, params.campaign, body.reason))),
  );

  app.post(
    '/v1/campaigns/:campaign/resume',
    { schema: { ...moves, body: resumeBody } },
    async ({ who, params, body }, reply) =>
      answer(
        reply,
        await underHalt(context, resumeCampaign(context, who, params.campaign, body ?? { override: false })),
      ),
  );

  readingRoutes(app, context);
}

function readingRoutes(app: Api, context: OrchestratorContext): void {
  app.get('/v1/campaigns', { schema: { response: answers(campaignsAnswer) } }, async () => ({
    halted: await readHalted(context),
    campaigns: await listCampaigns(context),
  }));

  app.get(
    '/v1/campaigns/:campaign',
    { schema: { params: campaignParams, response: answers(statusAnswer) } },
    async ({ params }, reply) => answer(reply, await readStatus(context, params.campaign)),
  );

  app.get(
    '/v1/campaigns/:campaign/report',
    { schema: { params: campaignParams, response: answers(reportAnswer) } },
    async ({ params }, reply) => answer(reply, await readReport(context, params.campaign)),
  );

  app.get(
    '/v1/blockers',
    { schema: { querystring: blockersQuery, response: answers(blockersAnswer) } },
    async ({ query }, reply) => answer(reply, await readBlockers(context, query.campaign ?? null)),
  );
}
