import { type Campaign, rebuilder } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import type { LeaderContext } from '../context.ts';
import { eachCampaign } from './each-campaign.ts';
import type { Round } from './repeat.ts';
import { admitClients, evaluateCampaign } from './run-campaigns.ts';
import { beginWalk, cancelUntil, type CancelWalk } from '../campaigns/abort.ts';

/** Real time that one round spends on the clients of one aborted campaign. */
const sliceMs = 500;
/** After a walk that changed nothing: only clients that were changed meanwhile are left to find. */
const quietMs = 30_000;
const againMs = 1_000;

/** How far the clients of an aborted campaign have been cancelled. */
interface Cancelling {
  walk: CancelWalk | null;
  /** By `performance.now()`: when the next walk begins. */
  nextAt: number;
}

/**
 * Drains campaigns that are paused or aborted: they begin nothing, and what was begun on a client
 * goes on. Parked upgrades that are finishing get slots. The clients of an aborted campaign are
 * cancelled, a slice in each round.
 */
export function drainCampaigns(): Round {
  const cancelling = new Map<string, Cancelling>();

  const drain = async (context: LeaderContext, record: CampaignRecord): Promise<void> => {
    const { campaign } = await evaluateCampaign(context, record);
    const name = campaign.definition.campaign;
    if (isOver(campaign)) {
      cancelling.delete(name);
      return;
    }
    await context.store.shareBudget(record);
    await admitClients(context, campaign);
    if (campaign.state.status !== 'aborted') return;
    const state = cancelling.get(name) ?? { walk: null, nextAt: 0 };
    cancelling.set(name, state);
    await cancelSlice(context, campaign, state);
  };

  const round: Round = {
    name: 'paused and aborted campaigns',
    run: async (context) => {
      const records = await context.store.campaigns(['paused', 'aborted']);
      const asked = records.filter(({ campaign }) => !isOver(campaign) && !awaitsPerson(campaign));
      await eachCampaign(context, round.name, asked, drain);
    },
  };
  return round;
}

const isOver = ({ state }: Campaign): boolean => state.status === 'aborted' && state.endedAt !== null;

/** A campaign that was put back from the audit: no client is driven before a person resumes it. */
const awaitsPerson = ({ state }: Campaign): boolean => state.status === 'paused' && state.by === rebuilder;

/**
 * Continues the walk over the clients. There is one walk after the abort, and further ones only
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
