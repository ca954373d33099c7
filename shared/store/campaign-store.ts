import type { Campaign, CampaignState } from '../domain/campaign/campaign.ts';
import type { Halt } from '../domain/campaign/halt.ts';
import type { CampaignEdition, EditionHead } from '../domain/campaign/edition.ts';
import type { StartsIn } from '../domain/campaign/speed.ts';
import type { Counters } from '../domain/outcome/counters.ts';
import type { FactCounts } from '../domain/outcome/facts.ts';
import type { Fault, Result } from '../errors.ts';
import type { MembersChanged, MemberStep } from './member-changes.ts';
import type {
  WaitingClient,
  AuditEntry,
  CampaignRecord,
  CampaignConditions,
  HaltRecord,
  ServerLimits,
  SlotsInUse,
} from './types.ts';

/** A client that another campaign wants, too. */
export interface Overlap {
  readonly client: string;
  readonly campaign: string;
  /** The id under which the other campaign has the machine, where that is another id. */
  readonly twin?: string;
}

/** Campaigns, their counters, and the halt over all of them. */
export interface CampaignStore {
  /**
   * Writes a campaign and its waiting clients.
   * @param version 1 when not given; a rebuild brings the version that the campaign had
   * @param removals what `RemovalStore.removals` said before the fleet was read
   * @param editions of the definition: the first, or all of them in a rebuild
   * @returns fault `campaign.taken`, also for a name that differs from another one by case only,
   * unless the campaign is put back; `campaign.fleetChanged` when clients were removed from the
   * fleet since; and with several shards `campaign.unknownClient` for a client that the fleet does
   * not have
   */
  createCampaign(
    campaign: Campaign,
    clients: readonly WaitingClient[],
    audit: AuditEntry,
    version?: number,
    removals?: number,
    editions?: readonly CampaignEdition[],
  ): Promise<Result<CampaignRecord, Fault>>;
  readCampaign(campaign: string): Promise<CampaignRecord | null>;
  /**
   * The editions of the definition, in order. Those that an earlier version of servpack made are
   * missing.
   */
  editions(campaign: string): Promise<readonly CampaignEdition[]>;
  /** The same without the files. @param only this edition; left out = all of them */
  editionHeads(campaign: string, only?: number): Promise<readonly EditionHead[]>;
  /** Whether a campaign has exactly this name. Reads one name. */
  hasCampaign(campaign: string): Promise<boolean>;
  /** The names of all campaigns, in order. Reads no campaign. */
  campaignNames(): Promise<readonly string[]>;
  /** All campaigns, or those in these statuses, by time of creation. Reads no others. */
  campaigns(statuses?: readonly CampaignState['status'][]): Promise<readonly CampaignRecord[]>;
  /**
   * Changes a campaign by compare-and-set of its version and of these conditions. Every shard has
   * the change when this returns. `StoreUnavailable` names the shards that could not be reached;
   * `repairReplicas` updates them later.
   * @returns null when another change came first: read again
   */
  commitCampaign(
    next: Campaign,
    version: number,
    audit: AuditEntry,
    conditions?: CampaignConditions,
  ): Promise<CampaignRecord | null>;
  /**
   * Changes a campaign as `commitCampaign` does, and lets clients that wait join it, leave it, or
   * wait in another wave. Each client is compared and set: one that does not stand where its step
   * says is passed over. The sizes of the waves follow; those of `next` are the sizes before. A
   * call that breaks off leaves the campaign with its change under way (`Campaign.memberChange`),
   * which `endMemberChange` ends.
   * @param steps each client once
   * @returns null when another change came first, or clients of the campaign change at this moment:
   * read again
   */
  changeMembers(
    next: Campaign,
    version: number,
    audit: AuditEntry,
    steps: readonly MemberStep[],
    conditions?: CampaignConditions,
  ): Promise<MembersChanged | null>;
  /**
   * Ends a change of members that broke off: the waves are as large as the counters say. A process
   * that still makes steps of it makes no further one.
   * @returns null when no change is under way
   */
  endMemberChange(campaign: string): Promise<CampaignRecord | null>;
  /**
   * Brings every shard up to the campaigns' heads, for what broke off between head and shards.
   * @returns names of the campaigns of which a shard knew an older version
   */
  repairReplicas(): Promise<readonly string[]>;
  /** Whether every campaign is halted. */
  readHalt(): Promise<HaltRecord>;
  /**
   * Halts every campaign, or ends the halt (null). During a halt no running campaign begins
   * anything, as if it were paused. Compare-and-set by version. Every shard has the change when
   * this returns, as with `commitCampaign`.
   * @returns false when another change came first: read again
   */
  commitHalt(halt: Halt | null, version: number, audit: AuditEntry): Promise<boolean>;
  /** How many clients of a logon server may be at work in all campaigns together. */
  readServerLimits(): Promise<ServerLimits>;
  /**
   * Replaces these limits by compare-and-set of their version. Every shard has the change when this
   * returns, as with `commitCampaign`. Clients at work beyond a limit go on.
   * @returns false when another change came first: read again
   */
  commitServerLimits(next: ServerLimits, audit: AuditEntry): Promise<boolean>;
  /** The slots in use of every logon server, over all campaigns. */
  slotsInAll(): Promise<Readonly<Record<string, number>>>;
  /**
   * How often a campaign was set running for the first time, a release was written, or the clients
   * of a campaign at work changed. Read it
   * before everything else that a start depends on, and commit the start with it.
   */
  starts(): Promise<number>;
  counters(campaign: string): Promise<Counters>;
  /**
   * What happened to how many clients after each of these policy times. The causes are those of the
   * newest 1,000 troubles.
   */
  countFacts(campaign: string, since: readonly number[]): Promise<readonly FactCounts[]>;
  /**
   * Clients of this campaign whose machine has an unsettled upgrade in another running or paused
   * one, at most `limit`. First those with the same id; where there are none, those that are the
   * same machine under another id.
   */
  overlap(campaign: string, limit: number): Promise<readonly Overlap[]>;
  /** The same for these clients of the campaign, which are to be opened again. */
  overlapWith(campaign: string, clients: readonly string[]): Promise<readonly Overlap[]>;
  /** The waiting clients that were admitted with a pace, for a minute at least. */
  recentStarts(campaign: string): Promise<readonly StartsIn[]>;
  slotsInUse(campaign: string): Promise<SlotsInUse>;
}
