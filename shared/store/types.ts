import type { Ending } from '../domain/outcome/ending.ts';
import type { Halt } from '../domain/campaign/halt.ts';
import type { QueueName } from '../domain/upgrade/placement.ts';
import type { Upgrade } from '../domain/upgrade/state.ts';
import type { Counters } from '../domain/outcome/counters.ts';
import type { Campaign } from '../domain/campaign/campaign.ts';
import type { LeaderFence } from './leader-store.ts';

export interface UpgradeKey {
  readonly campaign: string;
  readonly client: string;
}

/** Where a non-terminal upgrade is found. It is in exactly one of these; waiting ones have no record yet. */
export type Index = 'waiting' | 'due' | 'parked' | 'driven';

/**
 * The one driver of a client. The counter grows for ever across campaigns; the owner is random, so a lost
 * counter cannot repeat a fence.
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
  readonly counters: Counters;
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
export interface CommitIdle {
  readonly key: UpgradeKey;
  /** 0 = it still waits and has no record; it gets one. */
  readonly version: number;
  readonly upgrade: Upgrade;
  /**
   * `stays`: only its state changes. `due`: at `at` under its next activation; one that had settled claims its client again.
   * `settled`: gives back its slots, claim and messages.
   */
  readonly place: 'stays' | 'due' | 'settled';
  readonly counters: Counters;
  readonly audit: AuditEntry;
  readonly at: number;
}

export type CommitIdleOutcome =
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

export interface WaitingClient {
  readonly client: string;
  readonly wave: number;
  readonly logonServer: string;
  /** IANA time zone by which its window opens; left out where the campaign has none. */
  readonly zone?: string;
}

/** Whom admission may pick: a waiting client (with its wave) or a parked one. */
export type Candidate = WaitingClient | { readonly client: string; readonly logonServer: string };

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
  readonly waiting: readonly WaitingClient[];
}

export interface SweepFinding {
  readonly key: UpgradeKey;
  readonly found: 'overdue' | 'leaseExpired';
  readonly next: Activation;
}
