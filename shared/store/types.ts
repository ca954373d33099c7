import type { Ending } from '../domain/outcome/ending.ts';
import type { ServerLimit } from '../domain/campaign/server-limits.ts';
import type { Halt } from '../domain/campaign/halt.ts';
import type { QueueName } from '../domain/upgrade/placement.ts';
import type { Upgrade } from '../domain/upgrade/state.ts';
import type { Campaign } from '../domain/campaign/campaign.ts';
import type { CampaignEdition } from '../domain/campaign/edition.ts';
import type { LeaderFence } from './leader-store.ts';

export interface UpgradeKey {
  readonly campaign: string;
  readonly client: string;
}

/** A non-terminal upgrade is in exactly one of these. A waiting one has no record yet. */
export type Index = 'waiting' | 'due' | 'parked' | 'driven';

/**
 * Names the one driver of a client. The counter grows for ever, across campaigns; the owner is
 * random, so a lost counter cannot repeat a fence.
 */
export interface Fence {
  readonly counter: number;
  readonly owner: string;
}

/** What came in from outside. Only the lease holder consumes it. */
export type Message =
  | { readonly type: 'CheckedIn'; readonly transcript: string | null }
  /** A person gives the client up, or its whole campaign. */
  | { readonly type: 'EndRequested'; readonly ending: Ending };

/** How many check-ins an inbox holds. A further one is absorbed: it would cause the same look. */
export const inboxLimit = 8;

/**
 * How full the inbox may be for this message. A request to end finds room where check-ins find
 * none. As many such requests absorb a further one: the first of them ends the client.
 */
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
  /** The upgrade may go on while its campaign is paused (`isFinishing`). */
  readonly finishing: boolean;
  /** How many drivers in a row lost their lease without a commit. A commit sets it back to 0. */
  readonly crashes: number;
  readonly lease: { readonly fence: Fence; readonly until: number } | null;
  readonly inbox: readonly Message[];
  /**
   * When it was admitted, in policy time. Left out = by an earlier version, or not by admission:
   * it was skipped before its turn, or rebuilt from the audit.
   */
  readonly admittedAt?: number;
}

/** A job that the caller must add to BullMQ now. If the caller dies first, the sweep adds it. */
export interface Activation {
  readonly key: UpgradeKey;
  /** The client's home shard, which holds its record and its job. */
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
  /** Null for an entry about the whole campaign. */
  readonly client: string | null;
  readonly who: string;
  readonly from: string;
  readonly to: string;
  readonly because: string;
  readonly evidence: string | null;
}

/** Whether every campaign is halted. Version 0 = there never was a halt. */
export interface HaltRecord {
  readonly version: number;
  readonly halt: Halt | null;
}

/** Limits of logon servers over all campaigns. Version 0 = there never was one. */
export interface ServerLimits {
  readonly version: number;
  readonly limits: readonly ServerLimit[];
}

export interface CampaignRecord {
  readonly version: number;
  readonly campaign: Campaign;
}

/** What must hold besides the version for a campaign to be changed, and what is kept with it. */
export interface CampaignConditions {
  /** No newer leader has been seen. */
  readonly leader?: LeaderFence;
  /** `starts` is still this number. */
  readonly starts?: number;
  /** The edition of the definition that the change makes. */
  readonly edition?: CampaignEdition;
}

export interface WaitingClient {
  readonly client: string;
  readonly wave: number;
  readonly logonServer: string;
  /** The client's class of the calendar (`calendarClass`); left out where there is none. */
  readonly zone?: string;
}

/** A client that admission may pick: waiting (with its wave), or parked. */
export type Candidate = WaitingClient | { readonly client: string; readonly logonServer: string };

/** Slots in use, for admission. */
export interface SlotsInUse {
  readonly active: number;
  readonly perLogonServer: Readonly<Record<string, number>>;
}

/**
 * Clients that may get a slot, as far as budgets and other campaigns show now. Logon servers take
 * turns, each with its own clients in order: parked ones by the time of parking, waiting ones by
 * wave and position in the campaign.
 */
export interface Queued {
  readonly parked: readonly { readonly client: string; readonly logonServer: string }[];
  readonly waiting: readonly WaitingClient[];
  /**
   * The logon servers of these clients that have a limit over all campaigns, and how many slots
   * they have left; left out = no logon server has one.
   */
  readonly shared?: ReadonlyMap<string, number>;
}
