import type { Campaign, CampaignState } from '../domain/campaign.ts';
import type { Client, Release } from '../domain/definition.ts';
import type { Ending } from '../domain/ending.ts';
import type { Halt } from '../domain/halt.ts';
import type { QueueName } from '../domain/placement.ts';
import type { Tally } from '../domain/tally.ts';
import type { Upgrade } from '../domain/upgrade.ts';
import type { CheckingInStore } from './checking-in.ts';
import type { Inspected } from './inspection.ts';
import type { Fault, Result } from '../errors.ts';
import type { CopiesStore } from './copies.ts';
import type { Leader, LeaderFence, LeadOutcome } from './leader.ts';
import type { IsOpen } from './queued.ts';
import type { RebuildingStore } from './rebuilding.ts';
import type { RollCallStore } from './roll-call.ts';
import type { SealingStore } from './sealing.ts';
import type { SurveyingStore } from './surveying.ts';

/**
 * The store port: the truth of servpack. Two adapters pass one contract suite: Redis (one Lua script per
 * change) and an in-memory twin. Each change is atomic. Times named `…At` and `at` are policy time; leases are
 * real time. What a caller must reckon with is a value; a store that does not answer rejects (`StoreAway`), and
 * then it is not known whether the change was made: read again.
 */

export interface UpgradeKey {
  readonly campaign: string;
  readonly client: string;
}

/** Where a non-terminal upgrade is found. It is in exactly one of these; waiting ones have no record yet. */
export type Index = 'waiting' | 'due' | 'parked' | 'driven';

/**
 * The one driver of a client. The counter grows for ever across campaigns; the owner is random, so a lost
 * counter can not repeat a fence.
 */
export interface Fence {
  readonly counter: number;
  readonly owner: string;
}

/** What came in from outside and is consumed by the lease holder only. */
export type Message =
  | { readonly type: 'CheckedIn'; readonly transcript: string | null }
  /** A person gives the client up, or its whole campaign. */
  | { readonly type: 'EndRequested'; readonly ending: Ending };

/**
 * An inbox holds at most this many check-ins; a further one is absorbed, for it would cause the same look.
 */
export const inboxLimit = 8;

/** An order finds room where check-ins find none; it is absorbed only by as many orders, the first of which ends the client. */
export const roomFor = ({ type }: Message): number => (type === 'CheckedIn' ? inboxLimit : 2 * inboxLimit);

export interface StoredUpgrade {
  readonly key: UpgradeKey;
  readonly version: number;
  readonly upgrade: Upgrade;
  readonly index: Index | 'settled';
  /** Due time when index is `due`. */
  readonly dueAt: number | null;
  readonly queue: QueueName;
  /** Number of the activation that may run next, or runs now: job `campaign.client.N`. */
  readonly activation: number;
  readonly holdsSlots: boolean;
  /** May go on while the campaign is paused (`isFinishing`). */
  readonly finishing: boolean;
  /** How many drivers in a row lost their lease and had committed nothing; a commit sets it back to 0. */
  readonly crashes: number;
  readonly lease: { readonly fence: Fence; readonly until: number } | null;
  readonly inbox: readonly Message[];
}

/** A job that the caller must now add to BullMQ. If it dies first, the sweep adds it. */
export interface Activation {
  readonly key: UpgradeKey;
  /** Where the client is at home: its record and its job lie there. */
  readonly shard: number;
  readonly activation: number;
  readonly queue: QueueName;
  readonly dueAt: number;
}

/** Text kept once by its SHA-256, at most `evidenceBytesAtMost`. */
export interface Evidence {
  readonly sha256: string;
  readonly text: string;
}

/** One transition, as the audit stream keeps it. */
export interface AuditEntry {
  readonly at: number;
  readonly campaign: string;
  /** Null for what concerns the whole campaign. */
  readonly client: string | null;
  readonly who: string;
  readonly from: string;
  readonly to: string;
  readonly because: string;
  readonly evidence: string | null;
}

export type BeginOutcome =
  | { readonly kind: 'begun'; readonly stored: StoredUpgrade; readonly fence: Fence }
  | { readonly kind: 'parked'; readonly because: string }
  | { readonly kind: 'ignored'; readonly because: string };

export interface Commit {
  readonly key: UpgradeKey;
  readonly version: number;
  readonly fence: Fence;
  readonly upgrade: Upgrade;
  /** How many messages at the head of the inbox this commit has consumed. */
  readonly consumed: number;
  /** `start` is refused unless the campaign runs. */
  readonly step: 'start' | 'finish';
  readonly place:
    | { readonly index: 'driven' }
    /**
     * A rest: refused with `inbox` while there are unconsumed messages. Adds 1 to the activation and ends the
     * lease.
     */
    | { readonly index: 'due'; readonly dueAt: number; readonly keepsSlots: boolean }
    /** Gives back slots and lease; whoever frees a slot hands it on. */
    | { readonly index: 'parked' }
    | { readonly index: 'settled' };
  readonly counters: Tally;
  readonly audit: AuditEntry | null;
  readonly evidence: readonly Evidence[];
  /** Policy time of this commit: when it parks, and when a handed-over upgrade becomes due. */
  readonly at: number;
}

export type CommitOutcome =
  | {
      readonly kind: 'committed';
      readonly version: number;
      /** The job of this upgrade's own rest, when it rests. */
      readonly next: Activation | null;
      /** A parked upgrade that got the freed slot. */
      readonly handed: Activation | null;
    }
  /**
   * Nothing was written: messages came in beyond `consumed`. Here is the whole inbox, those that this commit
   * would have consumed included: decide on all of them again and commit with their number.
   */
  | { readonly kind: 'inbox'; readonly messages: readonly Message[] }
  /** Nothing was written: the campaign does not run, or the logon server has no room, and the step would begin something. */
  | { readonly kind: 'held'; readonly because: string }
  /** Nothing was written: another driver has taken over. */
  | { readonly kind: 'stale'; readonly because: string };

/** A change to an upgrade that nobody drives. */
export interface CommitAtRest {
  readonly key: UpgradeKey;
  /** 0 = it still waits and has no record; it gets one. */
  readonly version: number;
  readonly upgrade: Upgrade;
  /**
   * `stays`: only its state changes. `due`: at `at` under its next activation; one that had settled claims its client again.
   * `settled`: gives back its slots, claim and messages.
   */
  readonly place: 'stays' | 'due' | 'settled';
  readonly counters: Tally;
  readonly audit: AuditEntry;
  readonly at: number;
}

export type CommitAtRestOutcome =
  | Extract<CommitOutcome, { kind: 'committed' }>
  /** Nothing was written: someone drives it and has to be told (`deliver`). */
  | { readonly kind: 'driven' }
  /** Nothing was written: it has changed meanwhile; read again. */
  | { readonly kind: 'stale'; readonly because: string }
  /** Nothing was written: another campaign has this client now. */
  | { readonly kind: 'claimed'; readonly campaign: string };

export type DeliverOutcome =
  /**
   * `next` is null when a driver is at work (it will read the inbox) or when the upgrade is parked without a
   * slot.
   */
  | { readonly kind: 'delivered'; readonly key: UpgradeKey; readonly next: Activation | null }
  | { readonly kind: 'ignored'; readonly because: string };

/** Whether every campaign is held. Version 0 = nobody has ever halted. */
export interface HaltRecord {
  readonly version: number;
  readonly halt: Halt | null;
}

export interface CampaignRecord {
  readonly version: number;
  readonly campaign: Campaign;
}

/** What must hold beside the version for a campaign to be changed. */
export interface CampaignConditions {
  /** No newer leader has been seen. */
  readonly leader?: LeaderFence;
  /** No campaign has been set running for the first time since `starts` said this. */
  readonly starts?: number;
}

export interface Pick {
  readonly client: string;
  readonly wave: number;
  readonly logonServer: string;
  /** IANA time zone by which its window opens; left out where the campaign has none. */
  readonly zone?: string;
}

/** Whom admission may pick: a waiting client (with its wave) or a parked one. */
export type Candidate = Pick | { readonly client: string; readonly logonServer: string };

/** Slots in use, for admission. */
export interface SlotsInUse {
  readonly active: number;
  readonly perLogonServer: Readonly<Record<string, number>>;
}

/**
 * Who may be given a slot, as far as budgets and other campaigns show now. Logon servers take turns, each with its
 * own in their order: the longest parked first; the waiting ones by wave and place in the campaign.
 */
export interface Queued {
  readonly parked: readonly { readonly client: string; readonly logonServer: string }[];
  readonly waiting: readonly Pick[];
}

export interface SweepFinding {
  readonly key: UpgradeKey;
  readonly found: 'overdue' | 'leaseExpired';
  readonly next: Activation;
}

export interface Store
  extends SealingStore, RebuildingStore, CheckingInStore, RollCallStore, CopiesStore, SurveyingStore {
  // Fleet and releases.
  /** Replaces or adds clients; the whole list or nothing. Returns how many there are now. */
  importFleet(
    clients: readonly Client[],
    audit?: AuditEntry,
  ): Promise<{ readonly added: number; readonly changed: number; readonly total: number }>;
  readClient(client: string): Promise<Client | null>;
  fleet(): AsyncIterable<Client>;
  fleetSize(): Promise<number>;
  /** Writes a release anew, staged or withdrawn. A start that read it before has to read again (`starts`). */
  stageRelease(release: Release, evidence: Evidence | null, audit: AuditEntry): Promise<void>;
  readRelease(release: string): Promise<Release | null>;
  releases(): Promise<readonly Release[]>;

  // Campaigns.
  /**
   * Writes the campaign and its waiting clients; refused when the name is taken, and with several shards also when a
   * client is not in the fleet.
   */
  createCampaign(
    campaign: Campaign,
    clients: readonly Pick[],
    audit: AuditEntry,
    /** 1 when not given; a rebuild brings the one it had. */
    version?: number,
  ): Promise<Result<CampaignRecord, Fault>>;
  readCampaign(campaign: string): Promise<CampaignRecord | null>;
  /** By time of creation; of these statuses, or all. Others than those asked for are not even read. */
  campaigns(statuses?: readonly CampaignState['status'][]): Promise<readonly CampaignRecord[]>;
  /**
   * Compare-and-set by version and by these conditions; null = someone else was faster, read again. Every shard knows of it
   * when this answers; `StoreAway` names the shards that could not be told, which is made up for by `repairReplicas`.
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
  counters(campaign: string): Promise<Tally>;
  /**
   * Brings every shard up to the campaigns' heads; names of those of which a shard knew an older version. For what
   * broke off between head and shards.
   */
  repairReplicas(): Promise<readonly string[]>;
  /** Shares the campaign's budget out among the shards by what each could use now. Nothing to do with one shard. */
  shareBudget(campaign: CampaignRecord, isOpen?: IsOpen): Promise<void>;
  /** Clients of this campaign with an unsettled upgrade in another running or paused one, at most `limit`. */
  overlap(
    campaign: string,
    limit: number,
  ): Promise<readonly { readonly client: string; readonly campaign: string }[]>;

  // Admission.
  slotsInUse(campaign: string): Promise<SlotsInUse>;
  /**
   * Whom the free slots may go to, parked ones before waiting ones; in a campaign that does not run only parked ones that are
   * finishing. At most `limit` and no more than the campaign has
   * free slots, nobody of a logon server beyond its free slots, of open waves only. A client that another campaign
   * claims is passed over; after very many of those in one call the next call looks from the beginning again. Of a logon server on
   * which nothing may begin (its copy is not verified, its downloads are taken) only those who are finishing.
   * @param isOpen of waiting clients, those of other time zones are left out; their queues are not even read
   */
  queued(campaign: string, limit: number, isOpen?: IsOpen): Promise<Queued>;
  /**
   * Makes waiting or parked clients due now with their slots taken. Compare-and-set for each: one that is no
   * longer queued, whose slots are taken, on whose logon server nothing may begin, or whose campaign does not run is left alone; a parked one that is finishing goes on also there. A parked one gets its
   * next activation.
   * @param leader nothing is changed when a newer one has been seen
   */
  admit(
    campaign: string,
    picks: readonly Candidate[],
    at: number,
    leader?: LeaderFence,
  ): Promise<readonly Activation[]>;

  // Upgrades.
  readUpgrade(key: UpgradeKey): Promise<StoredUpgrade | null>;
  /** Is this client still waiting in this campaign, and in which wave? */
  readWaiting(key: UpgradeKey): Promise<Pick | null>;
  /** Clients that still wait and have no record, of open and closed waves, in no order. */
  waiting(campaign: string): AsyncIterable<Pick>;
  /** Upgrades that have a record, in no order. */
  upgrades(campaign: string): AsyncIterable<StoredUpgrade>;
  /** The campaign that drives or holds this client now. */
  claimOf(client: string): Promise<string | null>;
  /**
   * First step of an activation: takes lease and slots together. Ignored for another activation number, while
   * another owner's lease lives, when not due at `at` yet, or when parked or settled. A driver whose lease
   * ended is taken over under a new fence. Parked without a free slot, or when the campaign does not run and
   * the upgrade is not finishing; and where nothing may begin on its logon server.
   * @param owner random and new for each activation, so that only a repeated call comes with the same one
   */
  begin(
    key: UpgradeKey,
    activation: number,
    owner: string,
    leaseMs: number,
    at: number,
  ): Promise<BeginOutcome>;
  commit(commit: Commit): Promise<CommitOutcome>;
  /** What a person does to an upgrade at rest: without a lease, by compare-and-set. */
  commitAtRest(change: CommitAtRest): Promise<CommitAtRestOutcome>;
  /** False = the lease is lost: abort everything. */
  renew(key: UpgradeKey, fence: Fence, leaseMs: number): Promise<boolean>;
  /**
   * Puts a message into the inbox of the client's unsettled upgrade and makes one that rests beyond `at` due at `at`
   * under its next activation, in one step. One that is due already keeps its activation, and so its place in BullMQ.
   * @param campaign nothing is delivered when another one has the client now
   */
  deliver(client: string, message: Message, at: number, campaign?: string): Promise<DeliverOutcome>;

  // Safety net.
  /**
   * Upgrades overdue by more than `graceMs` of policy time, and drivers whose lease ended: what must be added
   * to BullMQ (again). An expired lease is taken away and the upgrade made due at `at` under the same
   * activation number + 1; its slots stay with the record, and its crashes grow by 1.
   * @param limit how many at most; ended leases come first, then the longest overdue
   * @param skip so many of the longest overdue are passed over, so that later ones get their turn
   * @param leader nothing is found or changed when a newer one has been seen
   */
  sweep(
    at: number,
    graceMs: number,
    limit: number,
    skip?: number,
    leader?: LeaderFence,
  ): Promise<readonly SweepFinding[]>;
  /**
   * Looks at a page of a campaign's clients for what the sweep does not see: in no index or in two, an index that disagrees with
   * its record, a lost claim or record; and after each shard, as far as it is cheap, at its counts. Puts right what is wrong,
   * each client at once, with an audit entry. Two of them at once do no harm.
   * @param cursor from the page before; empty = from the beginning
   * @param limit about so many clients
   */
  inspect(
    campaign: string,
    cursor: string,
    limit: number,
    at: number,
    leader?: LeaderFence,
  ): Promise<Inspected>;

  // Leading.
  /**
   * Takes the leader's lease, or renews it. A new term gets a fence above every one before it, also for the same owner after
   * its lease has ended. Whoever leads judges its lease by its own clock from before it asked: the answer may have been long
   * on its way.
   * @param owner names the process, for people; no two processes share one
   */
  lead(owner: string, leaseMs: number): Promise<LeadOutcome>;
  /** Ends the lease at once, so that another may lead; no harm when it has ended already or another leads. */
  resign(owner: string, fence: LeaderFence): Promise<void>;
  /** Who leads now; null when nobody does. */
  leader(): Promise<Leader | null>;

  readEvidence(sha256: string): Promise<string | null>;
  /** Newest first. */
  audit(
    limit: number,
    filter?: { readonly campaign?: string; readonly client?: string },
  ): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

/** The store did not answer in time. What was asked may or may not have been done: read again. */
export class StoreAway extends Error {
  override readonly name = 'StoreAway';
}
