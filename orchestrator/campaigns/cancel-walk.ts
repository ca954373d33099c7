import { endClient } from './end-client.ts';
import type { OrchestratorContext } from '../context.ts';
import { cancelOrderOf } from '../domain/cancel-order.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { rulesVersionOf } from '../../shared/rulebook.ts';
import type { StoredUpgrade } from '../../shared/store/types.ts';

/** Clients cancelled at the same time. */
const atOnce = 50;

/** A walk over the records of a campaign that is over, which can be interrupted and continued. */
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
  const order = cancelOrderOf(campaign);
  if (order === null) return true;
  for (;;) {
    const { page, isLast } = await nextPage(walk.records);
    const asked = page.filter(order.isAsked);
    const ended = await Promise.all(
      asked.map((stored) => endClient(context, stored, order.who, order.ending, rulesVersionOf(campaign))),
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
