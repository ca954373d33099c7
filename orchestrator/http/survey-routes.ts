import { fleetBytesAtMost } from '../../shared/input/input-text.ts';
import { campaignParams } from '../../shared/protocol.ts';
import {
  forecastAnswer,
  surveyAnswer,
  surveyBody,
  surveyLooksAnswer,
  surveyLooksQuery,
  surveyParams,
  surveysAnswer,
} from '../../shared/protocol/surveys.ts';
import type { Office } from '../office.ts';
import { forecastCampaign } from '../surveys/forecast.ts';
import { cancelSurvey, listLooks, listSurveys, readSurvey } from '../surveys/read.ts';
import { startSurvey } from '../surveys/start.ts';
import { answer } from './answer-refusal.ts';
import { answers } from './answers.ts';
import { jsonLimit } from './json-limit.ts';
import type { Api } from './typed-app.ts';

/** Looks that change nothing, and what they say about a campaign. */
export function surveyRoutes(app: Api, office: Office): void {
  app.post(
    '/v1/surveys',
    { bodyLimit: jsonLimit(fleetBytesAtMost), schema: { body: surveyBody, response: answers(surveyAnswer) } },
    async ({ who, body }, reply) => answer(reply, await startSurvey(office, who, body)),
  );

  app.get('/v1/surveys', { schema: { response: answers(surveysAnswer) } }, async () => ({
    surveys: await listSurveys(office),
  }));

  const one = { params: surveyParams, response: answers(surveyAnswer) };
  app.get('/v1/surveys/:survey', { schema: one }, async ({ params }, reply) =>
    answer(reply, await readSurvey(office, params.survey)),
  );

  app.post('/v1/surveys/:survey/cancel', { schema: one }, async ({ who, params }, reply) =>
    answer(reply, await cancelSurvey(office, who, params.survey)),
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
    async ({ params, query }, reply) => answer(reply, await listLooks(office, params.survey, query)),
  );

  app.get(
    '/v1/campaigns/:campaign/forecast',
    { schema: { params: campaignParams, response: answers(forecastAnswer) } },
    async ({ params }, reply) => answer(reply, await forecastCampaign(office, params.campaign)),
  );
}
