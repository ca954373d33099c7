import type { CampaignStore } from '../../shared/store/campaign-store.ts';
import type { Mailbox } from './news.ts';

/**
 * The safety walk: one campaign after the other is looked at as if it had changed. A change that
 * no round has heard of is found in the end, and many campaigns cost no more than one.
 */
export function walkCampaigns(
  store: Pick<CampaignStore, 'campaignNames'>,
  boxes: readonly Mailbox[],
): () => Promise<void> {
  let left: string[] = [];
  return async () => {
    if (left.length === 0) left = [...(await store.campaignNames())];
    const next = left.shift();
    if (next === undefined) return;
    for (const box of boxes) box.putWalked(next);
  };
}
