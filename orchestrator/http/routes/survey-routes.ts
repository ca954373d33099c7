import { fleetBytesAtMost } from '../../input-file.ts';
import { campaignParams, jsonLimit } from '../schemas/fields.ts';
import {
  forecastAnswer,
  surveyAnswer,
  surveyBody,
  surveyLooksAnswer,
  surveyLooksQuery,
  surveyParams,
  surveysAnswer,
} from '../schemas/surveys.ts';
import type { OrchestratorContext } from '../../context.ts';
import { forecastCampaign } from '../../surveys/forecast.ts';
import { cancelSurvey } from '../../surveys/end.ts';
import { listLooks, pageSurveys, readSurvey } from '../../surveys/read.ts';
import { startSurvey } from '../../surveys/start.ts';
import { ok } from '../../../shared/errors.ts';
import { named } from '../../lists/whole-list.ts';
import { sendList } from '../lists.ts';
import { answer, answers, type Api } from '../responses.ts';
import { pageQuery } from '../schemas/lists.ts';

/** Looks that change nothing, and what they say about a campaign. */
export function surveyRoutes(app: Api, context: OrchestratorContext): void {
  app.post(
    '/v1/surveys',
    { bodyLimit: jsonLimit(fleetBytesAtMost), schema: { body: surveyBody, response: answers(surveyAnswer) } },
    async ({ who, acting, body }, reply) => answer(reply, await startSurvey(acting, who, body)),
  );

  app.get(
    '/v1/surveys',
    { schema: { querystring: pageQuery, response: answers(surveysAnswer) } },
    async ({ query }, reply) => {
      const page = await pageSurveys(context, query);
      return page.ok ? sendList(reply, ok(named('surveys', page.value))) : answer(reply, page);
    },
  );

  const one = { params: surveyParams, response: answers(surveyAnswer) };
  app.get('/v1/surveys/:survey', { schema: one }, async ({ params }, reply) =>
    answer(reply, await readSurvey(context, params.survey)),
  );

  app.post('/v1/surveys/:survey/cancel', { schema: one }, async ({ who, params }, reply) =>
    answer(reply, await cancelSurvey(context, who, params.survey)),
  );

  app.get(
    '/v1/surveys/:survey/looks',
    {
      schema: {
        params: surveyParams,
        querystring: surveyLooksQuery,
        response: answers(surveyLooksAnswer),
      },
    },
    async ({ params, query }, reply) => answer(reply, await listLooks(context, params.survey, query)),
  );

  app.get(
    '/v1/campaigns/:campaign/forecast',
    { schema: { params: campaignParams, response: answers(forecastAnswer) } },
    async ({ params }, reply) => answer(reply, await forecastCampaign(context, params.campaign)),
  );
}
