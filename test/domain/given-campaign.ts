import type { Gate } from '../../shared/domain/campaign/definition.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { evening, policy } from './given.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { Campaign, CampaignState } from '../../shared/domain/campaign/campaign.ts';

/** A campaign of three waves, and counters that are the sum of real upgrades. */

const gate: Gate = { settledPercent: 80, notOkPercent: 10, minSample: 10 };

export const campaign: Campaign = {
  definition: {
    campaign: 'sp4',
    release: 'sms-sp4',
    start: 'byHand',
    startAt: null,
    seed: '1',
    select: { labels: [], logonServers: [], clients: [] },
    waves: [
      { name: 'canary', size: { count: 10 }, gate },
      { name: 'early', size: { percent: 25 }, gate },
      { name: 'rest', size: { rest: true }, gate },
    ],
    budgets: { active: 100, perLogonServer: 25 },
    policy,
    hash: 'hash-of-the-file',
  },
  createdAt: evening,
  waveSizes: [10, 100, 290],
  state: { status: 'created' },
};

export const standing = (state: CampaignState): Campaign => ({ ...campaign, state });

export const running = (openWaves: number): CampaignState => ({
  status: 'running',
  startedAt: evening,
  openWaves,
  accepted: [0, 0, 0],
});

/** The counters of a campaign with these upgrades. */
export function countersOfAll(upgrades: readonly Upgrade[]): Counters {
  const sum: Record<string, number> = {};
  for (const [name, count] of upgrades.flatMap((upgrade) => Object.entries(countersOf(upgrade)))) {
    sum[name] = (sum[name] ?? 0) + count;
  }
  return sum;
}
