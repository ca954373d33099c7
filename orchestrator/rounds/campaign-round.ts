import type { CampaignState } from '../../shared/domain/campaign/campaign.ts';
import { storedStatus } from '../../shared/domain/campaign/life.ts';
import type { CampaignRecord } from '../../shared/store/types.ts';
import type { LeaderContext } from '../context.ts';
import { openAgenda, type NextLook } from './agenda.ts';
import { eachCampaign } from './each-campaign.ts';
import { everything } from './news.ts';
import type { Round } from './repeat.ts';

/** Real time after which a campaign that failed is tried again. */
const againMs = 1_000;

interface CampaignRound {
  readonly name: string;
  readonly statuses: readonly CampaignState['status'][];
  /** What the round does for one campaign; returns when the next look is due. */
  readonly look: (context: LeaderContext, record: CampaignRecord) => Promise<NextLook>;
  /** What follows from all looks of one run together. */
  readonly afterAll?: (context: LeaderContext) => Promise<void>;
}

/**
 * A round over the campaigns in these statuses. A run looks only at campaigns that have changed or
 * whose moment has come, and asks Redis nothing when there are none.
 */
export function campaignRound({ name, statuses, look, afterAll }: CampaignRound): Round {
  const agenda = openAgenda();
  return {
    name,
    isPerCampaign: true,
    run: async (context, news = everything) => {
      const asked = agenda.due(news, context.clock.now());
      if (asked?.length === 0) return;
      const records = await readRecords(context, asked, statuses);
      const failed = await eachCampaign(context, { round: name, records, asked }, async (leader, record) =>
        agenda.plan(nameOf(record), await look(leader, record)),
      );
      for (const campaign of failed) agenda.plan(campaign, { at: null, inMs: againMs });
      await afterAll?.(context);
    },
  };
}

const nameOf = ({ campaign }: CampaignRecord): string => campaign.definition.campaign;

/** @param asked null = all */
async function readRecords(
  { store }: LeaderContext,
  asked: readonly string[] | null,
  statuses: readonly CampaignState['status'][],
): Promise<readonly CampaignRecord[]> {
  if (asked === null) return store.campaigns(statuses);
  const found = await Promise.all(asked.map((name) => store.readCampaign(name)));
  return found
    .filter((record) => record !== null)
    .filter(({ campaign }) => statuses.some((status) => status === storedStatus(campaign)));
}
