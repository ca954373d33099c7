import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { KeptForecasts } from '../../shared/domain/campaign/forecast.ts';
import { ok, type Result } from '../../shared/errors.ts';
import type { LookBackRequest } from '../background/results.ts';
import { isCampaignOver } from '../../shared/domain/campaign/campaign.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import { waitingUntil } from '../caller.ts';
import type { OrchestratorContext } from '../context.ts';
import { type CameOrWhyNot, lookBack, type LookedBack } from '../lookback/look-back.ts';
import type { Refusal } from '../refusal.ts';
import type { LookedAt } from './look-backs.ts';
import { readHistory } from '../replay/read-history.ts';
import { type PlannedAgainstActual, plannedAgainstActual, withoutPlan } from '../views/planned-actual.ts';

/**
 * What was planned of a campaign when it started, against what came. A campaign without a plan
 * says why, and what came is not asked for.
 * @returns empty = it has not started
 */
export async function plannedOf(
  campaign: Campaign,
  kept: KeptForecasts | null,
  came: () => Promise<CameOrWhyNot>,
): Promise<{ readonly planned?: PlannedAgainstActual }> {
  if (!('startedAt' in campaign.state)) return {};
  const { planned, basis } = kept ?? {};
  if (planned === undefined || basis?.startedAt !== campaign.state.startedAt)
    return { planned: withoutPlan('no plan was made when it started') };
  if (planned.because !== null) return { planned: withoutPlan(planned.because, planned.madeAt) };
  return { planned: plannedAgainstActual(campaign, planned, await came()) };
}

/** A campaign to look back at, and all that says whether it has changed. */
interface Known {
  readonly campaign: Campaign;
  /** Null = it is archived, and changes no more. */
  readonly record: { readonly version: number; readonly counters: Counters } | null;
}

/**
 * What came of a campaign, for an answer that waits for it. The same reading answers again until
 * the campaign has changed, and while it goes on for a minute and longer (`LookBacks`).
 * @param gone aborted = nobody waits for the answer; rejects with its reason
 */
export const cameOf = async (
  context: OrchestratorContext,
  known: Known,
  gone?: AbortSignal,
): Promise<CameOrWhyNot> =>
  context.lookBacks === undefined
    ? readCame(context, requestFor(known), gone)
    : context.lookBacks.awaited(lookedAt(context, known), gone);

/** What came of a campaign, for an answer that waits for no reading. */
export const cameLast = async (context: OrchestratorContext, known: Known): Promise<CameOrWhyNot> =>
  context.lookBacks === undefined
    ? readCame(context, requestFor(known))
    : context.lookBacks.newest(lookedAt(context, known));

const requestFor = ({ campaign, record }: Known): LookBackRequest => ({
  campaign: campaign.definition.campaign,
  isArchived: record === null,
});

function lookedAt(context: OrchestratorContext, known: Known): LookedAt {
  const { createdAt, definition, state } = known.campaign;
  return {
    key: `${createdAt} ${definition.campaign}${known.record === null ? ' archived' : ''}`,
    of: JSON.stringify(known.record),
    isOver: known.record === null || isCampaignOver(state),
    read: (gone) => readCame(context, requestFor(known), gone),
  };
}

/** Reads from its audit what the time of a campaign went to: seconds for a large one. */
async function readCame(
  context: OrchestratorContext,
  request: LookBackRequest,
  gone?: AbortSignal,
): Promise<CameOrWhyNot> {
  const { background } = context;
  const found =
    background === undefined
      ? await lookBackHere(context, request)
      : await background('lookBack', '', request, waitingUntil(gone));
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
