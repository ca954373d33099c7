import { replayCampaign } from '../../campaigns/replay.ts';
import { campaignBodyAtMost } from '../../input-file.ts';
import { answer, answers, type Api } from '../responses.ts';
import { campaignParams } from '../schemas/fields.ts';
import { replayAnswer, replayBody } from '../schemas/replay.ts';

/** Makes the decisions of a campaign again. Nothing is changed. */
export function replayRoutes(app: Api): void {
  app.post(
    '/v1/campaigns/:campaign/replay',
    {
      bodyLimit: campaignBodyAtMost,
      schema: { params: campaignParams, body: replayBody, response: answers(replayAnswer) },
    },
    async ({ who, acting, params: { campaign }, body }, reply) =>
      answer(reply, await replayCampaign(acting, who, { campaign, other: body?.with ?? null })),
  );
}
