import { ok, type Result } from '../../shared/errors.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import { waysBack } from '../views/actions.ts';
import type { ApprovalResult } from './approvals.ts';

/**
 * Adds what a person does next after an answer to a question, because an answer ends neither the
 * pause of the campaign nor a halt.
 */
export async function withNextStep(
  { store }: OrchestratorContext,
  answered: Result<ApprovalResult, Refusal>,
): Promise<Result<ApprovalResult, Refusal>> {
  if (!answered.ok) return answered;
  const { campaign: name } = answered.value;
  const campaign = (await store.readCampaign(name))?.campaign;
  if (campaign === undefined) return answered;
  const { halt } = await store.readHalt();
  const actions = waysBack(campaign, '', halt);
  if (actions.length === 0) return answered;
  const stays = [
    ...(campaign.state.status === 'paused' ? [`campaign ${name} stays paused`] : []),
    ...(halt === null ? [] : ['everything stays halted']),
  ].join(', and ');
  return ok({
    ...answered.value,
    next: { because: `${stays}: nothing begins before a person ends that`, actions },
  });
}
