import { startIfReady } from '../campaigns/transitions.ts';
import { eachCampaign } from './each-campaign.ts';
import type { Round } from './repeat.ts';

/**
 * Starts waiting campaigns. A staging starts them at once; this is for those whose time has come,
 * and for those that waited for clients of another campaign.
 */
export function startCampaigns(): Round {
  const round: Round = {
    name: 'waiting campaigns',
    run: async (context) => {
      const records = await context.store.campaigns(['waitingForRelease', 'scheduled']);
      await eachCampaign(context, round.name, records, (leader, { campaign }) =>
        startIfReady(leader, 'orchestrator', campaign),
      );
    },
  };
  return round;
}
