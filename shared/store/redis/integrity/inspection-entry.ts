import type { AuditEntry } from '../../types.ts';

/** The audit entry of what an inspection has repaired. */
export const inspectionEntry = (
  { at, campaign }: Pick<AuditEntry, 'at' | 'campaign'>,
  client: string | null,
  because: string,
): AuditEntry => ({
  at,
  campaign,
  client,
  who: 'inspection',
  from: 'wrong',
  to: 'repaired',
  because,
  evidence: null,
});
