import { type Campaign, rebuilder } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import type { LeaderContext } from '../context.ts';
import { eachCampaign } from './each-campaign.ts';
import type { Round } from './repeat.ts';
import { admitClients, evaluateCampaign } from './run-campaigns.ts';
import { isFinishingCampaign } from '../campaigns/cancel-walk.ts';
import { cancelSlices } from './cancel-slices.ts';

/**
 * Drains campaigns that are paused or aborted: they begin nothing, and what was begun on a client
 * goes on. Parked upgrades that are finishing get slots. The clients of an aborted campaign are
 * cancelled, a slice in each round.
 */
export function drainCampaigns(): Round {
  const cancelling = cancelSlices();

  const drain = async (context: LeaderContext, record: CampaignRecord): Promise<void> => {
    const { campaign } = await evaluateCampaign(context, record);
    if (isOver(campaign)) {
      cancelling.forget(campaign);
      return;
    }
    await context.store.shareBudget(record);
    await admitClients(context, campaign);
    if (campaign.state.status === 'aborted' || isFinishingCampaign(campaign))
      await cancelling.run(context, campaign);
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
