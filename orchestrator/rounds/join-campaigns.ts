import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import { isLeftOver } from '../../shared/domain/campaign/member-change.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import { updateMembers } from '../campaigns/update-members.ts';
import type { LeaderContext } from '../context.ts';
import { eachCampaign } from './each-campaign.ts';
import { everything, isNews } from './news.ts';
import type { Round } from './repeat.ts';

/** An aborted campaign takes no client any more. */
const statuses: readonly CampaignState['status'][] = [
  'created',
  'scheduled',
  'waitingForRelease',
  'running',
  'paused',
  'ended',
];

/** After so many runs without a change the clients are asked for that another campaign works on. */
const runsUntilAgain = 5;

/**
 * Lets clients join and leave the campaigns with `membership: joins`. After news one command asks
 * whether the fleet has changed or a campaign has started. The fleet is read only when one has.
 * Clients that another campaign works on are asked for again now and then, by name.
 */
export function joinCampaigns(): Round {
  let seen: string | null = null;
  let runs = 0;
  const waiting = new Map<string, readonly string[]>();

  const update = async (
    context: LeaderContext,
    { campaign }: CampaignRecord,
    only: readonly string[] | null,
  ): Promise<boolean> => {
    const { campaign: name } = campaign.definition;
    if (campaign.memberChange !== undefined) {
      if (!isLeftOver(campaign.memberChange, context.clock.now())) return false;
      await context.store.endMemberChange(name);
    }
    const busy = await updateMembers(context, campaign, only);
    if (busy === null) return false;
    if (busy.length > 0) waiting.set(name, busy);
    else waiting.delete(name);
    return true;
  };

  const round: Round = {
    name: 'clients that join',
    run: async (context, news = everything) => {
      if (seen !== null && waiting.size === 0 && !isNews(news)) return;
      const now = await context.store.fleetChanges();
      const isChanged = now !== seen;
      runs = isChanged ? 0 : runs + 1;
      if (!isChanged && (waiting.size === 0 || runs % runsUntilAgain !== 0)) return;
      const records = (await context.store.campaigns(statuses)).filter(
        ({ campaign: { definition } }) =>
          definition.membership === 'joins' && (isChanged || waiting.has(definition.campaign)),
      );
      let done = 0;
      const asked = isChanged ? null : records.map(({ campaign }) => campaign.definition.campaign);
      await eachCampaign(context, { round: round.name, records, asked }, async (leader, record) => {
        const isDone = await update(
          leader,
          record,
          isChanged ? null : (waiting.get(record.campaign.definition.campaign) ?? []),
        );
        if (isDone) done += 1;
      });
      // A campaign that failed, or that others change at this moment, is asked again.
      seen = done === records.length ? now : null;
    },
    rest: () => {
      seen = null;
      waiting.clear();
    },
  };
  return round;
}
