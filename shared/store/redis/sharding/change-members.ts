import type { Campaign } from '../../../domain/campaign/campaign.ts';
import {
  changingMembers,
  clientOfStep,
  memberPiece,
  type MembersChanged,
  type MemberStep,
  membersCounted,
} from '../../member-changes.ts';
import type { AuditEntry, CampaignConditions, CampaignRecord } from '../../types.ts';
import { quotaField, readCampaign, readCounters } from '../campaigns/campaigns.ts';
import { changeMembersIn } from '../campaigns/change-members.ts';
import { commitHead, type HeadConditions } from '../campaigns/commit-campaign.ts';
import { inPieces, type Shard, sumOf } from '../core/shard.ts';
import { followHead } from './replicas.ts';
import { byHome, fromEach, type Shards } from './shards.ts';

/** What a change of members begins with. */
export interface MemberRequest {
  readonly next: Campaign;
  readonly version: number;
  readonly audit: AuditEntry;
  readonly conditions: CampaignConditions;
}

/**
 * Commits the campaign with its change under way, changes the clients of each shard in pieces, and
 * commits the sizes that the waves have then. A piece is refused by a shard that has another
 * version; the version is read again while the change is still the one under way.
 */
export async function changeMembers(
  shards: Shards,
  { next, version, audit, conditions }: MemberRequest,
  steps: readonly MemberStep[],
): Promise<MembersChanged | null> {
  // The sizes of a change that is under way are not those of the clients: it has to end first.
  if (next.memberChange !== undefined) return null;
  const changing = changingMembers(next, version, steps, audit.at);
  if (!(await commit(shards, changing, version, audit, conditions))) return null;
  const { campaign } = next.definition;
  const own = { campaign, id: version + 1, audit };
  const changed = new Set<string>();
  const numbers = new Map(steps.map((step, number) => [step, number]));
  for (const [shard, each] of await byHome(shards, steps, clientOfStep))
    for (const piece of inPieces(
      each.map((step) => [step, numbers.get(step) ?? 0] as const),
      memberPiece,
    ))
      for (const client of await changePiece(shards, shard, own, piece)) changed.add(client);
  const record = await endMemberChange(shards, campaign, own.id);
  if (record === null) return null;
  const all = steps.map(clientOfStep);
  return {
    record,
    changed: all.filter((client) => changed.has(client)),
    passedOver: all.filter((client) => !changed.has(client)),
  };
}

interface Own {
  readonly campaign: string;
  readonly id: number;
  readonly audit: AuditEntry;
}

/** @returns the clients that were changed; none when the change is no longer under way */
async function changePiece(
  shards: Shards,
  shard: Shard,
  { campaign, id, audit }: Own,
  piece: readonly (readonly [MemberStep, number])[],
): Promise<readonly string[]> {
  const steps = piece.map(([step]) => step);
  for (;;) {
    const record = await readCampaign(shards.head, campaign);
    if (record?.campaign.memberChange?.id !== id || isOver(record.campaign)) return [];
    const asked = { version: record.version, first: piece[0]?.[1] ?? 0, audit };
    const made = await changeMembersIn(shard, asked, steps);
    if (made !== null) return steps.filter((_, at) => made[at]).map(clientOfStep);
    await followHead(shards, record);
  }
}

/** Nothing begins any more: clients that have not joined yet do not join. */
const isOver = ({ state, removal }: Campaign): boolean => state.status === 'aborted' || removal !== undefined;

/**
 * Ends the change of members that is under way: the waves are as large as the counters say.
 * @param id of the change; left out = whichever is under way
 * @returns null when no such change is under way
 */
export async function endMemberChange(
  shards: Shards,
  campaign: string,
  id?: number,
): Promise<CampaignRecord | null> {
  for (;;) {
    const record = await readCampaign(shards.head, campaign);
    const change = record?.campaign.memberChange;
    if (record === null || change === undefined || (id !== undefined && change.id !== id)) return null;
    const counters = sumOf(await fromEach(shards, (shard) => readCounters(shard, campaign)));
    const counted = membersCounted(record.campaign, counters);
    if (await commit(shards, counted, record.version, null, { joined: true }))
      return { version: record.version + 1, campaign: counted };
  }
}

async function commit(
  shards: Shards,
  next: Campaign,
  version: number,
  audit: AuditEntry | null,
  conditions: HeadConditions,
): Promise<boolean> {
  const isAlone = shards.others.length === 0;
  const quota = isAlone ? quotaField(next.definition.budgets.active) : [];
  if (!(await commitHead(shards.head, next, version, audit, conditions, quota))) return false;
  if (!isAlone) await followHead(shards, { version: version + 1, campaign: next });
  return true;
}
