import { cloneCampaign, readHistory } from '../../campaigns/history.ts';
import { rollBackCampaign } from '../../campaigns/rollback.ts';
import type { OrchestratorContext } from '../../context.ts';
import { campaignBodyAtMost } from '../../input-file.ts';
import { commandEdit, commandRevert, commandUndo } from '../../requests/commands.ts';
import { answer, answerCommand, answers, type Api, commandAnswers } from '../responses.ts';
import { answerEdit, isKnown, tagVersion } from '../versions.ts';
import {
  cloneAnswer,
  cloneQuery,
  editAnswer,
  editBody,
  historyAnswer,
  revertBody,
  rollbackAnswer,
  rollbackQuery,
  undoneAnswer,
} from '../schemas/edits.ts';
import { campaignParams, reasonBody } from '../schemas/fields.ts';

/** Changes the definition of a campaign, and says what it was. */
export function editRoutes(app: Api, context: OrchestratorContext): void {
  app.post(
    '/v1/campaigns/:campaign/edit',
    {
      bodyLimit: campaignBodyAtMost,
      schema: { params: campaignParams, body: editBody, response: commandAnswers(editAnswer) },
    },
    async (request, reply) => {
      const { who, acting, params, body } = request;
      return answerEdit(request, reply, (based) =>
        commandEdit(acting, who, { ...body, ...params, ...based }),
      );
    },
  );

  app.post(
    '/v1/campaigns/:campaign/revert',
    { schema: { params: campaignParams, body: revertBody, response: commandAnswers(editAnswer) } },
    async (request, reply) => {
      const { who, acting, params, body } = request;
      return answerEdit(request, reply, (based) =>
        commandRevert(acting, who, { ...body, ...params, ...based }),
      );
    },
  );

  app.post(
    '/v1/campaigns/:campaign/undo',
    { schema: { params: campaignParams, body: reasonBody, response: commandAnswers(undoneAnswer) } },
    async ({ who, acting, params, body }, reply) =>
      answerCommand(reply, await commandUndo(acting, who, params.campaign, body.reason)),
  );

  app.get(
    '/v1/campaigns/:campaign/history',
    { schema: { params: campaignParams, response: answers(historyAnswer) } },
    async (request, reply) => {
      const { campaign } = request.params;
      await tagVersion(context, reply, campaign);
      if (isKnown(request, reply)) return reply.code(304).send(undefined as never);
      return answer(reply, await readHistory(context, campaign));
    },
  );

  app.get(
    '/v1/campaigns/:campaign/clone',
    { schema: { params: campaignParams, querystring: cloneQuery, response: answers(cloneAnswer) } },
    async ({ params, query }, reply) => answer(reply, await cloneCampaign(context, params.campaign, query)),
  );

  app.get(
    '/v1/campaigns/:campaign/rollback',
    { schema: { params: campaignParams, querystring: rollbackQuery, response: answers(rollbackAnswer) } },
    async ({ acting, params, query }, reply) =>
      answer(reply, await rollBackCampaign(acting, params.campaign, query)),
  );
}
