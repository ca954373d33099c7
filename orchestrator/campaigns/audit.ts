import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { AuditEntry } from '../../shared/store/types.ts';

/** The audit entry of a change that concerns the whole campaign. */
export const campaignAudit = (
  { definition }: Campaign,
  from: string,
  to: string,
  { at, who, because }: { readonly at: number; readonly who: string; readonly because: string },
): AuditEntry => ({
  at,
  campaign: definition.campaign,
  client: null,
  who,
  from,
  to,
  because,
  evidence: null,
});
