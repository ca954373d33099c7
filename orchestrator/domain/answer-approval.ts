import type { Campaign, CampaignDecision, CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import { answerWords } from '../../shared/domain/rules/approval-rules.ts';
import { requestId, requestsOf, termsOf, whyNotApprover } from './approval-requests.ts';
import { ignored, refused } from './decision.ts';
import { withAnswer } from './judge-approvals.ts';

/** A person answers a question about a wave, or about a step for all clients. */
export function answerApproval(
  campaign: Campaign,
  { id, is, by, reason, shown }: Extract<CampaignEvent, { type: 'ApprovalAnswered' }>,
  now: number,
): CampaignDecision {
  const { state, definition } = campaign;
  const name = definition.campaign;
  const request = requestsOf(campaign).find((each) => requestId(name, each) === id);
  if (request === undefined) return refused(`nothing waits for the approval ${id}`);
  if (request.answer !== undefined)
    return ignored(`${id} was answered already: ${answerWords(request.answer)}`);
  if (state.status !== 'running' && state.status !== 'paused')
    return ignored(`campaign ${name} is over: ${id} changes nothing any more`);
  const why = is === 'approved' ? whyNotApprover(campaign, termsOf(definition, request.subject), by) : null;
  if (why !== null) return refused(why);
  const answer = { is, by, at: now, ...(reason === undefined ? {} : { reason }) };
  return withAnswer(campaign, state, request, answer, `; ${shown}`);
}
