import { endClient } from './end-client.ts';
import { changeCampaign, type ChangedCampaign } from './transitions.ts';
import { sayingWhatHolds } from './not-recorded.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import { campaignStatus } from '../views/status.ts';
import { editionOf } from '../../shared/rulebook.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { Ending } from '../../shared/domain/outcome/ending.ts';
import { ok, type Result } from '../../shared/errors.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';

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
 */
export async function abortCampaign(
  context: OrchestratorContext,
  who: string,
  name: string,
  reason: string,
): Promise<Result<Aborted, Refusal>> {
  const asked = performance.now();
  const moved = await sayingWhatHolds('the abort', () =>
    changeCampaign(context, who, name, async () => ({
      event: { type: 'AbortRequested', by: who, reason },
    })),
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

/** Clients cancelled at the same time. */
const atOnce = 50;

/** A walk over the records of an aborted campaign, which can be interrupted and continued. */
export interface CancelWalk {
  readonly records: AsyncIterator<StoredUpgrade>;
  /** A client was found that was not cancelled yet, or must be asked again. */
  hasChanged: boolean;
}

export const beginWalk = ({ store }: OrchestratorContext, { definition }: Campaign): CancelWalk => ({
  records: store.upgrades(definition.campaign)[Symbol.asyncIterator](),
  hasChanged: false,
});

/**
 * Cancels idle upgrades and puts the order into the inbox of driven ones. What is open on a client
 * is finished first. Clients that were never admitted need nothing. Repeating it changes nothing.
 * @param untilMs real time by `performance.now()` at which the walk is interrupted
 * @returns true when the walk is at its end
 */
export async function cancelUntil(
  context: OrchestratorContext,
  campaign: Campaign,
  walk: CancelWalk,
  untilMs: number,
): Promise<boolean> {
  const { state } = campaign;
  if (state.status !== 'aborted') return true;
  for (;;) {
    const { page, isLast } = await nextPage(walk.records);
    const ended = await Promise.all(
      page.map((stored) => endClient(context, stored, state.by, endingOf(campaign), editionOf(campaign))),
    );
    if (ended.some((each) => each !== 'unchanged')) walk.hasChanged = true;
    if (isLast) return true;
    if (performance.now() >= untilMs) return false;
  }
}

async function nextPage(records: AsyncIterator<StoredUpgrade>) {
  const page: StoredUpgrade[] = [];
  while (page.length < atOnce) {
    const next = await records.next();
    if (next.done === true) return { page, isLast: true };
    if (next.value.index !== 'settled') page.push(next.value);
  }
  return { page, isLast: false };
}

function endingOf({ definition, state }: Campaign): Ending {
  const why = state.status === 'aborted' ? ` by ${state.by}: ${state.because}` : '';
  const because = `campaign ${definition.campaign} was aborted${why}`;
  return { end: 'cancelled', cause: 'campaign aborted', because, blockers: [] };
}
