import type { Result } from '../../shared/errors.ts';
import type { ReplayRequest } from '../background/results.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import type { ReplayAnswer } from '../replay/answer.ts';
import { readHistory } from '../replay/read-history.ts';
import { replayWith } from '../replay/replay-with.ts';

/**
 * Makes the decisions of a campaign again from its audit, in a thread of its own. Rejects with why
 * the caller has gone.
 */
export async function replayCampaign(
  context: OrchestratorContext,
  who: string,
  request: ReplayRequest,
): Promise<Result<ReplayAnswer, Refusal>> {
  const { background, caller } = context;
  if (background === undefined) return replayHere(context, request);
  const replayed = await background('replayCampaign', who, request, caller);
  caller?.gone.throwIfAborted();
  return replayed;
}

/** The same, here and now. */
export async function replayHere(
  context: OrchestratorContext,
  { campaign, other }: ReplayRequest,
): Promise<Result<ReplayAnswer, Refusal>> {
  const history = await readHistory(context, campaign);
  return history.ok ? replayWith(history.value, other) : history;
}
