import type { Ending } from '../../shared/domain/outcome/ending.ts';
import type { OrchestratorContext } from '../context.ts';
import { endClient } from './end-client.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';

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
      page.map((stored) => endClient(context, stored, state.by, endingOf(campaign))),
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
