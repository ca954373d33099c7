import type { Campaign, CampaignState } from '../domain/campaign/campaign.ts';
import type { Halt } from '../domain/campaign/halt.ts';
import type { Counters } from '../domain/outcome/counters.ts';
import type { Fault, Result } from '../errors.ts';
import type {
  WaitingClient,
  AuditEntry,
  CampaignRecord,
  CampaignConditions,
  HaltRecord,
  SlotsInUse,
} from './types.ts';

/** Campaigns, their counters, and the halt over all of them. */
export interface CampaignStore {
  /**
   * Writes the campaign and its waiting clients; refused when the name is taken, and with several shards also when a
   * client is not in the fleet.
   */
  createCampaign(
    campaign: Campaign,
    clients: readonly WaitingClient[],
    audit: AuditEntry,
    /** 1 when not given; a rebuild brings the one it had. */
    version?: number,
  ): Promise<Result<CampaignRecord, Fault>>;
  readCampaign(campaign: string): Promise<CampaignRecord | null>;
  /** By time of creation; of these statuses, or all. Others than those asked for are not even read. */
  campaigns(statuses?: readonly CampaignState['status'][]): Promise<readonly CampaignRecord[]>;
  /**
   * Compare-and-set by version and by these conditions; null = someone else was faster, read again. Every shard knows of it
   * when this answers; `StoreUnavailable` names the shards that could not be told, which is made up for by `repairReplicas`.
   */
  commitCampaign(
    next: Campaign,
    version: number,
    audit: AuditEntry,
    conditions?: CampaignConditions,
  ): Promise<CampaignRecord | null>;
  /** Is every campaign held? */
  readHalt(): Promise<HaltRecord>;
  /**
   * Holds every campaign, or lets them go on (null): while it is set no running campaign begins anything, as if it were paused.
   * Compare-and-set by version; false = someone else was faster, read again. Every shard knows of it when this answers, as for
   * `commitCampaign`.
   */
  commitHalt(halt: Halt | null, version: number, audit: AuditEntry): Promise<boolean>;
  /** How often a campaign has been set running for the first time or a release was written. Read it before what a start depends on, and commit the start with it. */
  starts(): Promise<number>;
  counters(campaign: string): Promise<Counters>;
  /** Clients of this campaign with an unsettled upgrade in another running or paused one, at most `limit`. */
  overlap(
    campaign: string,
    limit: number,
  ): Promise<readonly { readonly client: string; readonly campaign: string }[]>;

  slotsInUse(campaign: string): Promise<SlotsInUse>;
  /**
   * Brings every shard up to the campaigns' heads; names of those of which a shard knew an older version. For what
   * broke off between head and shards.
   */
  repairReplicas(): Promise<readonly string[]>;
}
