import type { z } from 'zod';
import type { ChosenClients } from '../../campaigns/chosen-clients.ts';
import { skipClients } from '../../campaigns/skip-clients.ts';
import { listClients } from '../../campaigns/list-clients.ts';
import { pageClients } from '../../campaigns/page-clients.ts';
import { retryCampaign } from '../../campaigns/retry.ts';
import { commandAbort, commandUnmark } from '../../requests/commands.ts';
import { err, ok, type Result } from '../../../shared/errors.ts';
import { seenSites } from '../../domain/narrowing.ts';
import { campaignBodyAtMost } from '../../input-file.ts';
import {
  campaignParams,
  campaignBody,
  holdBody,
  postponeBody,
  reasonBody,
  unscheduleBody,
  resumeCampaignBody,
  unholdBody,
} from '../schemas/fields.ts';
import { simulationAnswer, simulationBody } from '../schemas/simulation.ts';
import { reportQuery } from '../schemas/report-query.ts';
import { endForecastQuery, forecastAnswer } from '../schemas/campaign-forecast.ts';
import {
  checkInsBody,
  clientsAnswer,
  clientsQuery,
  retryBody,
  skipBody,
  skippedAnswer,
} from '../schemas/campaign-clients.ts';
import {
  abortedAnswer,
  blockersAnswer,
  blockersQuery,
  campaignsAnswer,
  changedAnswer,
  checkInsAnswer,
  planAnswer,
  reopenedAnswer,
  reportAnswer,
} from '../schemas/campaigns.ts';
import { resumeCampaign } from '../../campaigns/resume.ts';
import { postponeCampaign, unscheduleCampaign } from '../../campaigns/schedule.ts';
import { type ChangedCampaign, pauseCampaign, startCampaign } from '../../campaigns/transitions.ts';
import { checkInClients } from '../../campaigns/check-in-clients.ts';
import { holdServers, releaseServers } from '../../campaigns/hold.ts';
import { createCampaign, planCampaign } from '../../campaigns/create.ts';
import { simulateCampaign } from '../../campaigns/simulate.ts';
import type { OrchestratorContext } from '../../context.ts';
import { listReport } from '../../campaigns/report-source.ts';
import { readForecast } from '../../campaigns/forecast.ts';
import { pageCampaigns, readBlockers, readHalted, readPlanned, readReport } from '../../campaigns/report.ts';
import type { Refusal } from '../../refusal.ts';
import { named } from '../../lists/whole-list.ts';
import { pageQuery } from '../schemas/lists.ts';
import { plannedAnswer } from '../schemas/planned.ts';
import { positionNow } from '../position-now.ts';
import { answerInForm, sendList } from '../lists.ts';
import { answer, answerCommand, answers, type Api, commandAnswers } from '../responses.ts';

const bodyLimit = campaignBodyAtMost;

const changes = { params: campaignParams, response: answers(changedAnswer) };

/**
 * Says with the answer that everything is halted: a campaign that is changed under a halt begins
 * nothing all the same.
 */
async function withHalt(context: OrchestratorContext, asked: Promise<Result<ChangedCampaign, Refusal>>) {
  const [changed, halted] = [await asked, await readHalted(context)];
  if (changed.ok) return ok({ ...changed.value, held: seenSites(context.asker, changed.value.held), halted });
  if (halted === null || !['campaign.refused', 'campaign.overlap'].includes(changed.error.code))
    return changed;
  const { message } = changed.error;
  return err({ ...changed.error, message: `${message}; and everything is halted by ${halted.by}` });
}

/** What operators ask of campaigns. */
export function campaignRoutes(app: Api, context: OrchestratorContext): void {
  const file = { bodyLimit, schema: { body: campaignBody, response: answers(planAnswer) } };
  app.post('/v1/campaigns/plan', file, async (request, reply) =>
    answer(reply, await planCampaign(request.acting, request.body)),
  );

  app.post(
    '/v1/campaigns/simulate',
    { bodyLimit, schema: { body: simulationBody, response: answers(simulationAnswer) } },
    async ({ who, body }, reply) =>
      answer(reply, await simulateCampaign(context, who, body, reply.callerGone)),
  );

  app.post('/v1/campaigns', file, async (request, reply) =>
    answer(reply, await createCampaign(request.acting, request.who, request.body)),
  );

  app.post('/v1/campaigns/:campaign/start', { schema: changes }, async ({ who, acting, params }, reply) =>
    answer(reply, await withHalt(context, startCampaign(acting, who, params.campaign))),
  );

  app.post(
    '/v1/campaigns/:campaign/pause',
    { schema: { ...changes, body: reasonBody } },
    async ({ who, params, body }, reply) =>
      answer(reply, await withHalt(context, pauseCampaign(context, who, params.campaign, body.reason))),
  );

  app.post(
    '/v1/campaigns/:campaign/resume',
    { schema: { ...changes, body: resumeCampaignBody } },
    async ({ who, acting, params, body }, reply) =>
      answer(
        reply,
        await withHalt(context, resumeCampaign(acting, who, params.campaign, body ?? { override: false })),
      ),
  );

  app.post(
    '/v1/campaigns/:campaign/hold',
    { schema: { ...changes, body: holdBody } },
    async ({ who, acting, params, body }, reply) =>
      answer(reply, await withHalt(acting, holdServers(context, who, params.campaign, body))),
  );

  app.post(
    '/v1/campaigns/:campaign/release',
    { schema: { ...changes, body: unholdBody } },
    async ({ who, acting, params, body }, reply) =>
      answer(reply, await withHalt(acting, releaseServers(context, who, params.campaign, body))),
  );

  app.post(
    '/v1/campaigns/:campaign/postpone',
    { schema: { ...changes, body: postponeBody } },
    async ({ who, params, body }, reply) =>
      answer(reply, await withHalt(context, postponeCampaign(context, who, params.campaign, body))),
  );

  app.post(
    '/v1/campaigns/:campaign/unschedule',
    { schema: { ...changes, body: unscheduleBody } },
    async ({ who, params, body }, reply) =>
      answer(reply, await withHalt(context, unscheduleCampaign(context, who, params.campaign, body))),
  );

  readingRoutes(app, context);
  clientsOfCampaignRoutes(app, context);
}

function readingRoutes(app: Api, context: OrchestratorContext): void {
  app.get(
    '/v1/campaigns',
    { schema: { querystring: pageQuery, response: answers(campaignsAnswer) } },
    async ({ query, seen }, reply) => {
      const position = positionNow(context);
      const page = await pageCampaigns(seen, query);
      if (!page.ok) return answer(reply, page);
      const halted = await readHalted(context);
      return sendList(reply, ok({ ...position, halted, ...named('campaigns', page.value) }));
    },
  );

  app.get(
    '/v1/campaigns/:campaign/end-forecast',
    {
      schema: { params: campaignParams, querystring: endForecastQuery, response: answers(forecastAnswer) },
    },
    async ({ who, acting, params, query }, reply) =>
      answer(reply, await readForecast(acting, who, params.campaign, query.kept)),
  );

  app.get(
    '/v1/campaigns/:campaign/planned',
    { schema: { params: campaignParams, response: answers(plannedAnswer) } },
    async ({ params }, reply) => answer(reply, await readPlanned(context, params.campaign)),
  );

  app.get(
    '/v1/campaigns/:campaign/report',
    { schema: { params: campaignParams, querystring: reportQuery, response: answers(reportAnswer) } },
    async (request, reply) => {
      const { campaign } = request.params;
      const { archived, format } = request.query;
      return answerInForm(request, reply, format, {
        document: async () => answer(reply, await readReport(context, campaign, archived, reply.callerGone)),
        lines: (form) => listReport(context, campaign, archived, form),
      });
    },
  );

  app.get(
    '/v1/blockers',
    { schema: { querystring: blockersQuery, response: answers(blockersAnswer) } },
    async ({ query, seen }, reply) => answer(reply, await readBlockers(seen, query.campaign ?? null)),
  );
}

type ChosenFields = Pick<z.output<typeof retryBody>, 'which' | 'clients' | 'filter'>;

/** The body has exactly one of the three. */
const chosenIn = ({ which, clients, filter = {} }: ChosenFields): ChosenClients =>
  which !== undefined ? { which } : clients !== undefined ? { clients } : { filter };

const noReason = 'no reason was given';

/** What people do about many clients of a campaign, and the list of them. */
function clientsOfCampaignRoutes(app: Api, context: OrchestratorContext): void {
  app.post(
    '/v1/campaigns/:campaign/abort',
    { schema: { params: campaignParams, body: reasonBody, response: commandAnswers(abortedAnswer) } },
    async ({ who, params, body }, reply) =>
      answerCommand(reply, await commandAbort(context, who, params.campaign, body.reason)),
  );

  app.post(
    '/v1/campaigns/:campaign/unmark',
    { schema: { params: campaignParams, body: reasonBody, response: commandAnswers(reopenedAnswer) } },
    async ({ who, params, body }, reply) =>
      answerCommand(reply, await commandUnmark(context, who, params.campaign, body.reason)),
  );

  app.post(
    '/v1/campaigns/:campaign/retry',
    { schema: { params: campaignParams, body: retryBody, response: answers(reopenedAnswer) } },
    async ({ who, acting, params, body: { reason = noReason, dryRun, ...given } }, reply) => {
      const order = { chosen: chosenIn(given), reason, isDryRun: dryRun };
      return answer(reply, await retryCampaign(acting, who, params.campaign, order));
    },
  );

  app.post(
    '/v1/campaigns/:campaign/skip',
    { schema: { params: campaignParams, body: skipBody, response: answers(skippedAnswer) } },
    async ({ who, params, body: { reason, dryRun, clients, filter = {} } }, reply) => {
      const order = { chosen: clients === undefined ? { filter } : { clients }, reason, isDryRun: dryRun };
      return answer(reply, await skipClients(context, who, params.campaign, order));
    },
  );

  app.post(
    '/v1/campaigns/:campaign/checkin',
    { schema: { params: campaignParams, body: checkInsBody, response: answers(checkInsAnswer) } },
    async ({ params, body }, reply) => answer(reply, await checkInClients(context, params.campaign, body)),
  );

  app.get(
    '/v1/campaigns/:campaign/clients',
    { schema: { params: campaignParams, querystring: clientsQuery, response: answers(clientsAnswer) } },
    async (request, reply) => {
      const { format, ...query } = request.query;
      const { campaign } = request.params;
      const seesAll = (request.principal?.narrowing.sites.length ?? 0) === 0;
      return answerInForm(request, reply, format, {
        document: async () => sendList(reply, await pageClients(request.seen, campaign, query, seesAll)),
        lines: (form) => listClients(request.seen, campaign, query, form),
      });
    },
  );
}
