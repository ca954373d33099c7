import type { Campaign } from '../../../domain/campaign/campaign.ts';
import type { CampaignStore, Overlap } from '../../campaign-store.ts';
import type { AuditEntry, CampaignConditions, CampaignRecord } from '../../types.ts';
import { slotsOf } from '../admission/admit.ts';
import { commitServerLimits, readServerLimits, slotsInAll } from '../admission/server-limits.ts';
import { readRecentStarts } from '../admission/take-starts.ts';
import {
  overlapOf,
  quotaField,
  readCampaign,
  readCampaigns,
  readCounters,
  readEditionHeads,
  readEditions,
  readSlots,
  readStarts,
} from '../campaigns/campaigns.ts';
import { commitHead } from '../campaigns/commit-campaign.ts';
import { readFacts, sumOfFacts } from '../campaigns/facts.ts';
import { commitHalt, readHalt } from '../campaigns/halt.ts';
import { sumOf } from '../core/shard.ts';
import { membersIn } from '../upgrades/record.ts';
import { changeMembers, endMemberChange } from './change-members.ts';
import { createCampaign } from './create-campaign.ts';
import { clientOverlap, machineOverlap } from './machine-overlap.ts';
import { followHalt, followHead, followLimits, repairReplicas } from './replicas.ts';
import { fromEach, type Shards } from './shards.ts';

/**
 * The head of a campaign in shard 0 is the truth. The other shards follow it before a call
 * answers.
 */
export const campaignStoreOf = (shards: Shards): CampaignStore => ({
  createCampaign: (campaign, clients, audit, version = 1, removals, editions = []) =>
    createCampaign(shards, { campaign, version, audit, removals: removals ?? null, editions }, clients),
  readCampaign: (campaign) => readCampaign(shards.head, campaign),
  editions: (campaign) => readEditions(shards.head, campaign),
  editionHeads: (campaign, only) => readEditionHeads(shards.head, campaign, only),
  hasCampaign: async (campaign) =>
    (await shards.head.redis.sismember(shards.head.keys.of('campaigns'), campaign)) === 1,
  campaignNames: async () => (await shards.head.redis.smembers(shards.head.keys.of('campaigns'))).sort(),
  campaigns: (statuses) => readCampaigns(shards.head, statuses),
  commitCampaign: (next, version, audit, conditions) =>
    commitCampaign(shards, next, version, audit, conditions),
  changeMembers: (next, version, audit, steps, conditions = {}) =>
    changeMembers(shards, { next, version, audit, conditions }, steps),
  endMemberChange: (campaign) => endMemberChange(shards, campaign),
  repairReplicas: () => repairReplicas(shards),
  readHalt: () => readHalt(shards.head),
  commitHalt: async (halt, version, audit) => {
    if (!(await commitHalt(shards.head, halt, version, audit))) return false;
    await followHalt(shards, { version: version + 1, halt });
    return true;
  },
  readServerLimits: () => readServerLimits(shards.head),
  commitServerLimits: async (next, audit) => {
    if (!(await commitServerLimits(shards.head, next, audit))) return false;
    await followLimits(shards, { ...next, version: next.version + 1 });
    return true;
  },
  slotsInAll: async () => sumOf(await fromEach(shards, slotsInAll)),
  starts: () => readStarts(shards.head),
  counters: async (campaign) => sumOf(await fromEach(shards, (shard) => readCounters(shard, campaign))),
  countFacts: async (campaign, since) =>
    since.length === 0
      ? []
      : sumOfFacts(await fromEach(shards, (shard) => readFacts(shard, campaign, since))),
  overlap: (campaign, limit) => overlap(shards, campaign, limit),
  overlapWith: async (campaign, clients) =>
    clientOverlap(shards, clients, await othersAtWork(shards, campaign)),
  recentStarts: (campaign) => readRecentStarts(shards.head, campaign),
  slotsInUse: async (campaign) => slotsOf(await fromEach(shards, (shard) => readSlots(shard, campaign))),
});

async function commitCampaign(
  shards: Shards,
  next: Campaign,
  version: number,
  audit: AuditEntry,
  conditions: CampaignConditions = {},
): Promise<CampaignRecord | null> {
  const isAlone = shards.others.length === 0;
  const quota = isAlone ? quotaField(next.definition.budgets.active) : [];
  if (!(await commitHead(shards.head, next, version, audit, conditions, quota))) return null;
  const record = { version: version + 1, campaign: next };
  if (!isAlone) await followHead(shards, record);
  return record;
}

/**
 * Reads this campaign's clients page by page and finds for each page which campaigns at work want
 * them too: exact, whatever the size.
 */
async function overlap(shards: Shards, campaign: string, limit: number): Promise<readonly Overlap[]> {
  const others = await othersAtWork(shards, campaign);
  const found: Overlap[] = [];
  if (others.length === 0) return found;
  for (const shard of shards.all) {
    for await (const page of membersIn(shard, campaign)) {
      const clients = page.map(([client]) => client);
      found.push(...(await overlapOf(shard, clients, others)));
      if (found.length >= limit) return found.slice(0, limit);
    }
  }
  return found.length > 0 ? found : machineOverlap(shards, campaign, others, limit);
}

async function othersAtWork({ head }: Shards, campaign: string): Promise<readonly string[]> {
  const records = await readCampaigns(head, ['running', 'paused']);
  return records.map((record) => record.campaign.definition.campaign).filter((name) => name !== campaign);
}
