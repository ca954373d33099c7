import { type Campaign, rebuilder } from '../../shared/domain/campaign/campaign.ts';
import { nextMoment } from '../domain/next-moment.ts';
import { whenChanged } from './agenda.ts';
import { campaignRound } from './campaign-round.ts';
import type { Round } from './repeat.ts';
import { admitClients, evaluateCampaign } from './run-campaigns.ts';
import { isFinishingCampaign } from '../domain/cancel-order.ts';
import { cancelSlices } from './cancel-slices.ts';

/**
 * Drains campaigns that are paused or aborted: they begin nothing, and what was begun on a client
 * goes on. Parked upgrades that are finishing get slots. The clients of an aborted campaign are
 * cancelled, a slice in each round.
 */
export function drainCampaigns(): Round {
  const cancelling = cancelSlices();

  return campaignRound({
    name: 'paused and aborted campaigns',
    statuses: ['paused', 'aborted'],
    look: async (context, record) => {
      if (isOver(record.campaign) || awaitsPerson(record.campaign)) return whenChanged;
      const { record: evaluated, counters } = await evaluateCampaign(context, record);
      const { campaign } = evaluated;
      if (isOver(campaign)) {
        cancelling.forget(campaign);
        return whenChanged;
      }
      await context.store.shareBudget(record);
      await admitClients(context, campaign, { counters });
      const next = { at: nextMoment(campaign, counters ?? {}, context.clock.now()) };
      if (campaign.state.status !== 'aborted' && !isFinishingCampaign(campaign)) return next;
      return { ...next, inMs: await cancelling.run(context, campaign) };
    },
  });
}

const isOver = ({ state }: Campaign): boolean => state.status === 'aborted' && state.endedAt !== null;

/** A campaign that was put back from the audit: no client is driven before a person resumes it. */
const awaitsPerson = ({ state }: Campaign): boolean => state.status === 'paused' && state.by === rebuilder;
