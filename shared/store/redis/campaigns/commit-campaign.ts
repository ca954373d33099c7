import type { Store } from '../../store.ts';
import { auditFields } from '../audit/audit.ts';
import { headFields, quotaField } from './campaigns.ts';
import { followHead } from '../sharding/replicas.ts';
import { list } from '../core/scripts.ts';
import type { Shards } from '../sharding/shards.ts';
import type { Campaign } from '../../../domain/campaign/campaign.ts';
import type { AuditEntry, CampaignConditions } from '../../types.ts';

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
