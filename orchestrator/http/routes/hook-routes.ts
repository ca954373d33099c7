import type { OrchestratorContext } from '../../context.ts';
import { answerHook, listHooks } from '../../hooks/hook-requests.ts';
import { answer, answers, type Api } from '../responses.ts';
import { campaignParams, reasonBody } from '../schemas/fields.ts';
import { hookParams, hooksAnswer } from '../schemas/hooks.ts';

/** The hooks of a campaign, and what people decide on them. */
export function hookRoutes(app: Api, context: OrchestratorContext): void {
  const response = answers(hooksAnswer);

  app.get(
    '/v1/campaigns/:campaign/hooks',
    { schema: { params: campaignParams, response } },
    async ({ params: { campaign } }, reply) => {
      return answer(reply, await listHooks(context, campaign));
    },
  );

  app.post(
    '/v1/campaigns/:campaign/hooks/:hook/:answer',
    { schema: { params: hookParams, body: reasonBody, response } },
    async ({ who, params, body }, reply) => {
      return answer(reply, await answerHook(context, who, params, params.answer, body.reason));
    },
  );
}
