import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import { reasons } from '../../shared/store/reasons.ts';
import { isDeposed } from './leader.ts';
import { addAudit } from './sealing.ts';
import { statusOf, type Tables } from './tables.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type {
  AuditEntry,
  CampaignConditions,
  CampaignRecord,
  WaitingClient,
} from '../../shared/store/types.ts';

export function createCampaign(
  tables: Tables,
  campaign: Campaign,
  clients: readonly WaitingClient[],
  audit: AuditEntry,
  version = 1,
): Result<CampaignRecord, Fault> {
  const name = campaign.definition.campaign;
  if (tables.campaigns.has(name)) return err(fault('campaign.taken', reasons.campaignTaken(name)));
  const record = { version, campaign };
  tables.campaigns.set(name, {
    record,
    waiting: new Map(clients.map((pick) => [pick.client, pick])),
    rows: new Map(),
    counters: new Map(Object.entries(waitingCounters(clients))),
    slots: new Map(),
  });
  addAudit(tables, audit, version);
  return ok(record);
}

export function commitCampaign(
  tables: Tables,
  next: Campaign,
  version: number,
  audit: AuditEntry,
  { leader, starts }: CampaignConditions = {},
): CampaignRecord | null {
  if (isDeposed(tables, leader)) return null;
  const table = tables.campaigns.get(next.definition.campaign);
  if (table?.record.version !== version) return null;
  if (starts !== undefined && starts !== tables.starts) return null;
  // A paused one is at work already, and every look has seen it.
  const wasAtWork = statusOf(table) === 'running' || statusOf(table) === 'paused';
  if (next.state.status === 'running' && !wasAtWork) tables.starts += 1;
  table.record = { version: version + 1, campaign: next };
  addAudit(tables, audit, version + 1);
  return table.record;
}

export function overlap(
  tables: Tables,
  campaign: string,
  limit: number,
): { client: string; campaign: string }[] {
  const table = tables.campaigns.get(campaign);
  const clients = [...(table?.waiting.keys() ?? []), ...(table?.rows.keys() ?? [])];
  const others = [...tables.campaigns].filter(
    ([name, other]) => name !== campaign && ['running', 'paused'].includes(statusOf(other)),
  );
  return clients
    .flatMap((client) =>
      others
        .filter(([name, other]) => other.waiting.has(client) || tables.claims.get(client) === name)
        .map(([name]) => ({ client, campaign: name })),
    )
    .slice(0, limit);
}
