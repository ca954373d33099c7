import { beginWalk, cancelUntil } from './cancel-walk.ts';
import { changeCampaign, type ChangedCampaign } from './transitions.ts';
import { sayingWhatHolds } from './not-recorded.ts';
import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Permit } from '../requests/permit.ts';
import type { Refusal } from '../refusal.ts';
import { campaignStatus } from '../views/status.ts';
import { ok, type Result } from '../../shared/errors.ts';

/** What an abort has done so far. Numbers are clients. */
export interface Aborted extends ChangedCampaign {
  readonly release: string;
  /** Real milliseconds until nothing could begin any more. */
  readonly stoppedInMs: number;
  /** Not all clients are cancelled yet: `finishing` also counts those that will be. */
  readonly cancelling: boolean;
  readonly finishing: number;
  /** Clients that install at their next logon all the same. */
  readonly stillMarked: number;
}

/** Real time in which most campaigns are cancelled. The answer says when clients are left. */
const patienceMs = 3_000;

/**
 * Ends a campaign for good. Once this is committed nothing begins any more. Then clients are
 * cancelled, or finished safely; what is left after some seconds `rounds/drain-campaigns.ts` goes
 * on with.
 * @param onlyWhile left as it is when it is no longer in this status
 */
export async function abortCampaign(
  context: OrchestratorContext,
  permit: Permit,
  name: string,
  reason: string,
  onlyWhile?: CampaignState['status'],
): Promise<Result<Aborted, Refusal>> {
  const asked = performance.now();
  const moved = await sayingWhatHolds('the abort', () =>
    changeCampaign(context, permit.by, name, async ({ campaign: { state } }) =>
      onlyWhile !== undefined && state.status !== onlyWhile
        ? null
        : { event: { type: 'AbortRequested', by: permit.by, reason } },
    ),
  );
  if (!moved.ok) return moved;
  const stoppedInMs = Math.ceil(performance.now() - asked);
  const cancelling = !(await cancelled(context, name, asked + stoppedInMs + patienceMs));
  const record = await context.store.readCampaign(name);
  const aborted =
    record === null
      ? null
      : campaignStatus(record.campaign, await context.store.counters(name), context.clock.now()).aborted;
  return ok({
    ...moved.value,
    release: record?.campaign.definition.release ?? '',
    stoppedInMs,
    cancelling,
    finishing: aborted?.finishing ?? 0,
    stillMarked: aborted?.stillMarked ?? 0,
  });
}

/** Cancels clients until all are gone through, or until `untilMs`. True = all are. */
async function cancelled(context: OrchestratorContext, name: string, untilMs: number): Promise<boolean> {
  const record = await context.store.readCampaign(name);
  if (record === null) return true;
  const { state } = record.campaign;
  if (state.status !== 'aborted' || state.endedAt !== null) return true;
  try {
    return await cancelUntil(context, record.campaign, beginWalk(context, record.campaign), untilMs);
  } catch (error) {
    // The campaign is aborted whatever happens here; `rounds/drain-campaigns.ts` goes on.
    context.log.error({ campaign: name, error }, 'clients could not be cancelled; tries again');
    return false;
  }
}
