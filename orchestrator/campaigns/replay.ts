import type { Result } from '../../shared/errors.ts';
import type { ReplayRequest } from '../background/results.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import type { ReplayAnswer } from '../replay/answer.ts';
import { readHistory } from '../replay/read-history.ts';
import { replayWith } from '../replay/replay-with.ts';

/** Makes the decisions of a campaign again from its audit, in a thread of its own. */
export async function replayCampaign(
  context: OrchestratorContext,
  who: string,
  request: ReplayRequest,
): Promise<Result<ReplayAnswer, Refusal>> {
  const { background } = context;
  return background === undefined ? replayHere(context, request) : background('replayCampaign', who, request);
}

/** The same, here and now. */
export async function replayHere(
  context: OrchestratorContext,
  { campaign, other }: ReplayRequest,
): Promise<Result<ReplayAnswer, Refusal>> {
  const history = await readHistory(context, campaign);
  return history.ok ? replayWith(history.value, other) : history;
}
