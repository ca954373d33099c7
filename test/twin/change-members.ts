import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { waitingCounters } from '../../shared/store/admitted.ts';
import {
  changingMembers,
  clientOfStep,
  entryOfStep,
  type MembersChanged,
  type MemberStep,
  membersCounted,
} from '../../shared/store/member-changes.ts';
import { queueName } from '../../shared/store/queued.ts';
import type { AuditEntry, CampaignRecord, WaitingClient } from '../../shared/store/types.ts';
import { addAudit } from './audit.ts';
import { type CampaignTable, count, statusOf, type Tables } from './tables.ts';

/** Makes the steps of a change whose begin was committed. */
export function makeSteps(
  tables: Tables,
  table: CampaignTable,
  steps: readonly MemberStep[],
  audit: AuditEntry,
): MembersChanged {
  const made = new Set(steps.filter((step) => makeStep(tables, table, step, audit)));
  return {
    record: countMembers(tables, table),
    changed: steps.filter((step) => made.has(step)).map(clientOfStep),
    passedOver: steps.filter((step) => !made.has(step)).map(clientOfStep),
  };
}

/** What the first commit of a change writes. */
export const changing = (
  next: Campaign,
  version: number,
  audit: AuditEntry,
  steps: readonly MemberStep[],
): Campaign => changingMembers(next, version, steps, audit.at);

/** Ends the change under way. */
export function countMembers(tables: Tables, table: CampaignTable): CampaignRecord {
  const { version, campaign } = table.record;
  if (statusOf(table) === 'running' || statusOf(table) === 'paused') tables.starts += 1;
  table.record = {
    version: version + 1,
    campaign: membersCounted(campaign, Object.fromEntries(table.counters)),
  };
  return table.record;
}

function makeStep(
  tables: Tables,
  { waiting, rows, counters }: CampaignTable,
  step: MemberStep,
  audit: AuditEntry,
): boolean {
  const { from, to } = step;
  const client = clientOfStep(step);
  const present = waiting.get(client);
  if (from === null && (present !== undefined || rows.has(client) || tables.claims.has(client))) return false;
  if (from !== null && (present === undefined || !isSame(present, from))) return false;
  if (from !== null) count(counters, negative(waitingCounters([from])));
  if (to === null) waiting.delete(client);
  else {
    waiting.set(client, to);
    count(counters, waitingCounters([to]));
  }
  addAudit(tables, entryOfStep(step, audit), null);
  return true;
}

const isSame = (a: WaitingClient, b: WaitingClient): boolean =>
  a.wave === b.wave && queueName(a) === queueName(b);

const negative = (counters: Readonly<Record<string, number>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(counters).map(([name, amount]) => [name, -amount]));
