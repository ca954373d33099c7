import type { CampaignRemovalStore } from '../../shared/store/campaign-removal-store.ts';
import { addAudit } from './audit.ts';
import type { Tables } from './tables.ts';

export const campaignRemovalStoreOf = (tables: Tables): CampaignRemovalStore => ({
  removeCampaign: async (campaign, audit) => {
    const record = tables.campaigns.get(campaign)?.record;
    if (record?.campaign.removal === undefined) return false;
    const { life = 0, definition } = record.campaign;
    tables.campaigns.delete(campaign);
    tables.hooks.delete(campaign);
    tables.forecasts.delete(campaign);
    tables.hookAsks.delete(campaign);
    tables.lives.set(campaign, { lives: life + 1, hash: definition.hash });
    for (const [client, claimedBy] of tables.claims) if (claimedBy === campaign) tables.claims.delete(client);
    for (const [name, failure] of tables.roundFailures)
      if (failure.campaign === campaign) tables.roundFailures.delete(name);
    for (const [client, known] of tables.former) {
      const left = known.filter((name) => name !== campaign);
      if (left.length < known.length && left.length === 0) tables.former.delete(client);
      else tables.former.set(client, left);
    }
    addAudit(tables, audit, record.version);
    return true;
  },
  formerLife: async (campaign) => tables.lives.get(campaign) ?? null,
});
