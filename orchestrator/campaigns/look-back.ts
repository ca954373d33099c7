import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { KeptForecasts } from '../../shared/domain/campaign/forecast.ts';
import { ok, type Result } from '../../shared/errors.ts';
import type { LookBackRequest } from '../background/results.ts';
import type { OrchestratorContext } from '../context.ts';
import { type CameOrWhyNot, lookBack, type LookedBack } from '../lookback/look-back.ts';
import type { Refusal } from '../refusal.ts';
import { readHistory } from '../replay/read-history.ts';
import { type PlannedAgainstActual, plannedAgainstActual, withoutPlan } from '../views/planned-actual.ts';

/**
 * What was planned of a campaign when it started, against what came. A campaign without a plan
 * says why, and what came is not asked for.
 * @returns null = it has not started
 */
export async function plannedOf(
  campaign: Campaign,
  kept: KeptForecasts | null,
  readCame: () => Promise<CameOrWhyNot>,
): Promise<PlannedAgainstActual | null> {
  if (!('startedAt' in campaign.state)) return null;
  const { planned, basis } = kept ?? {};
  if (planned === undefined || basis?.startedAt !== campaign.state.startedAt)
    return withoutPlan('no plan was made when it started');
  if (planned.because !== null) return withoutPlan(planned.because, planned.madeAt);
  return plannedAgainstActual(campaign, planned, await readCame());
}

/**
 * Reads from its audit what the time of a campaign went to: seconds for a large one.
 * @param work `makeLookBack` = at little weight, because nobody waits for it
 */
export async function readCame(
  context: OrchestratorContext,
  request: LookBackRequest,
  work: 'lookBack' | 'makeLookBack' = 'lookBack',
): Promise<CameOrWhyNot> {
  const { background } = context;
  const found =
    background === undefined ? await lookBackHere(context, request) : await background(work, '', request);
  return found.ok ? found.value : found.error.message;
}

/** What the time of a campaign went to, here and now. */
export async function lookBackHere(
  context: OrchestratorContext,
  { campaign, isArchived }: LookBackRequest,
): Promise<Result<LookedBack, Refusal>> {
  const history = await readHistory(context, campaign, isArchived);
  return history.ok ? ok(lookBack(history.value)) : history;
}
