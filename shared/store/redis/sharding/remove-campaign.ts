import type { CampaignRemovalStore } from '../../campaign-removal-store.ts';
import type { AuditEntry } from '../../types.ts';
import { readCampaign } from '../campaigns/campaigns.ts';
import {
  readFormerLife,
  removeClients,
  removeHead,
  removeReplica,
  removeRest,
} from '../campaigns/remove-campaign.ts';
import { followHead } from './replicas.ts';
import type { Shards } from './shards.ts';

export const campaignRemovalStoreOf = (shards: Shards): CampaignRemovalStore => ({
  removeCampaign: (campaign, audit) => removeCampaign(shards, campaign, audit),
  formerLife: (campaign) => readFormerLife(shards.head, campaign),
});

/** Deletes the head last: while it exists the name is taken, and the call can be repeated. */
async function removeCampaign(shards: Shards, name: string, audit: AuditEntry): Promise<boolean> {
  const { head, all, others } = shards;
  const record = await readCampaign(head, name);
  if (record?.campaign.removal === undefined) return false;
  // A shard that missed the change would not let its records go.
  await followHead(shards, record);
  for (const shard of all) {
    await removeClients(shard, name);
    await removeRest(shard, record);
  }
  for (const shard of others) await removeReplica(shard, name);
  return removeHead(head, record, audit);
}
