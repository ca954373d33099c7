import type { Campaign } from '../../../domain/campaign/campaign.ts';
import type { AuditEntry, CampaignConditions } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, named, scriptFile, type ScriptValue } from '../core/scripts.ts';
import type { Shard } from '../core/shard.ts';
import { editionFields, headFields } from './campaigns.ts';

/** `joined`: clients have joined the campaign since its last version. */
export interface HeadConditions extends CampaignConditions {
  readonly joined?: boolean;
}

const commitCampaignScript = scriptFile(import.meta.url, 'commit-campaign.lua');

/**
 * Writes the head of a campaign by compare-and-set.
 * @param audit null = the change belongs to the one before, which stands in the audit
 * @param further fields of the campaign's hash
 * @returns false when another change came first, or a condition does not hold
 */
export async function commitHead(
  { run }: Shard,
  next: Campaign,
  version: number,
  audit: AuditEntry | null,
  { leader, starts, joined, edition }: HeadConditions,
  further: readonly ScriptValue[],
): Promise<boolean> {
  const done = await run(
    commitCampaignScript,
    named({
      leader: leader ?? '',
      campaign: next.definition.campaign,
      version,
      status: next.state.status,
      starts: starts ?? '',
      joined: joined === true ? 1 : '',
    }),
    ...list([
      ...headFields(next, version + 1),
      ...further,
      ...editionFields(edition === undefined ? [] : [edition]),
    ]),
    ...list(auditFields(audit, version + 1)),
  );
  return done === 1;
}
