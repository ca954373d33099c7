import { archiveCampaign } from '../../campaigns/archive.ts';
import { pageArchived } from '../../campaigns/archived.ts';
import { deleteCampaign } from '../../campaigns/remove.ts';
import { everything } from '../access/principal.ts';
import { reachesCampaign } from '../../domain/narrowing.ts';
import type { OrchestratorContext } from '../../context.ts';
import { ok } from '../../../shared/errors.ts';
import { named } from '../../lists/whole-list.ts';
import { sendList } from '../lists.ts';
import { answer, answers, type Api } from '../responses.ts';
import { pageQuery } from '../schemas/lists.ts';
import { archiveAnswer, removedAnswer } from '../schemas/campaigns.ts';
import { campaignParams, optionalReasonBody } from '../schemas/fields.ts';

const noReason = 'no reason was given';

/** Campaigns that go: what never ran is deleted, what is over is archived. */
export function removalRoutes(app: Api, context: OrchestratorContext): void {
  const schema = { params: campaignParams, body: optionalReasonBody, response: answers(removedAnswer) };
  app.post('/v1/campaigns/:campaign/delete', { schema }, async ({ who, params, body }, reply) =>
    answer(reply, await deleteCampaign(context, who, params.campaign, body?.reason ?? noReason)),
  );

  app.post('/v1/campaigns/:campaign/archive', { schema }, async ({ who, params, body }, reply) =>
    answer(reply, await archiveCampaign(context, who, params.campaign, body?.reason ?? noReason)),
  );

  app.get(
    '/v1/archive',
    { schema: { querystring: pageQuery, response: answers(archiveAnswer) } },
    async ({ query, principal }, reply) => {
      const narrowing = principal?.narrowing ?? everything;
      const isSeen = (campaign: string) => reachesCampaign(narrowing, campaign);
      const page = await pageArchived(context, query, isSeen);
      return page.ok ? sendList(reply, ok(named('campaigns', page.value))) : answer(reply, page);
    },
  );
}
