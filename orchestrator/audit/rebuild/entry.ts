import { rebuilder } from '../../../shared/domain/campaign/campaign.ts';
import type { AuditEntry } from '../../../shared/store/types.ts';

/** An audit entry of the rebuild itself. */
export const entryAt =
  (at: number) =>
  (campaign: string, client: string | null, from: string, to: string, because: string): AuditEntry => ({
    at,
    campaign,
    client,
    who: rebuilder,
    from,
    to,
    because,
    evidence: null,
  });
