import type { Campaign } from '../../domain/campaign.ts';
import type { AuditEntry, CampaignConditions, Store } from '../store.ts';
import { auditFields } from './audit.ts';
import { headFields, quotaField } from './campaigns.ts';
import { followHead } from './replicas.ts';
import { list } from './scripts.ts';
import type { Shards } from './shards.ts';

/** The head decides; the other shards know of it before this answers. */
export async function commitCampaign(
  shards: Shards,
  next: Campaign,
  version: number,
  audit: AuditEntry,
  { leader, starts }: CampaignConditions = {},
): ReturnType<Store['commitCampaign']> {
  const { head, others } = shards;
  const record = { version: version + 1, campaign: next };
  const isAlone = others.length === 0;
  const fields = [
    ...headFields(next, record.version),
    ...(isAlone ? quotaField(next.definition.budgets.active) : []),
  ];
  const name = next.definition.campaign;
  const done = await head.run(
    'commit-campaign',
    leader ?? '',
    name,
    version,
    next.state.status,
    starts ?? '',
    ...list(fields),
    ...list(auditFields(audit, record.version)),
  );
  if (done !== 1) return null;
  if (!isAlone) await followHead(shards, record);
  return record;
}
