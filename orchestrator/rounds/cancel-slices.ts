import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { beginWalk, cancelUntil, type CancelWalk } from '../campaigns/cancel-walk.ts';
import type { LeaderContext } from '../context.ts';

/** Real time that one round spends on the clients of one campaign that is over. */
const sliceMs = 500;
/** After a walk that changed nothing: only clients that were changed meanwhile are left to find. */
const quietMs = 30_000;
const againMs = 1_000;

/** How far the clients of a campaign that is over have been cancelled. */
interface Cancelling {
  walk: CancelWalk | null;
  /** By `performance.now()`: when the next walk begins. */
  nextAt: number;
}

/** Cancels the clients of campaigns that are over, a slice in each call. */
export interface CancelSlices {
  /** @returns after how many real milliseconds the next slice is due */
  run(context: LeaderContext, campaign: Campaign): Promise<number>;
  /** Nothing is left to cancel in this campaign. */
  forget(campaign: Campaign): void;
}

/** Remembers how far the clients of each campaign have been cancelled. */
export function cancelSlices(): CancelSlices {
  const cancelling = new Map<string, Cancelling>();
  return {
    run: async (context, campaign) => {
      const { campaign: name } = campaign.definition;
      const state = cancelling.get(name) ?? { walk: null, nextAt: 0 };
      cancelling.set(name, state);
      await cancelSlice(context, campaign, state);
      return state.walk === null ? Math.max(0, state.nextAt - performance.now()) : 0;
    },
    forget: ({ definition }) => cancelling.delete(definition.campaign),
  };
}

/**
 * Continues the walk over the clients. There is one walk at first, and further ones only
 * while the counters show a client that has not settled.
 */
async function cancelSlice(context: LeaderContext, campaign: Campaign, state: Cancelling): Promise<void> {
  const now = performance.now();
  if (state.walk === null && now < state.nextAt) return;
  const walk = state.walk ?? beginWalk(context, campaign);
  // A walk that fails is not continued: the next round begins again.
  state.walk = null;
  if (!(await cancelUntil(context, campaign, walk, now + sliceMs))) state.walk = walk;
  else state.nextAt = performance.now() + (walk.hasChanged ? againMs : quietMs);
}
