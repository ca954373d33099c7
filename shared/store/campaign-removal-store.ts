import type { AuditEntry } from './types.ts';

/** Takes campaigns out of the store, so that their names are free again. */
export interface CampaignRemovalStore {
  /**
   * Removes every record of a campaign whose head says so (`Campaign.removal`): clients in slices,
   * so that Redis answers others meanwhile, and the head last, in one step with the audit entry. A
   * call that broke off is repeated; until the last one the name is not free.
   * @returns false when there is no such campaign, or when it is not to be removed
   */
  removeCampaign(campaign: string, audit: AuditEntry): Promise<boolean>;
  /** What is left of the campaign of this name that was removed last; null = there was none. */
  formerLife(campaign: string): Promise<FormerLife | null>;
}

export interface FormerLife {
  /** How many campaigns of this name were removed. */
  readonly lives: number;
  /** SHA-256 of the campaign file of the last one. */
  readonly hash: string;
}
