import type {
  Activation,
  AuditEntry,
  Evidence,
  Fence,
  Message,
  StoredUpgrade,
  UpgradeKey,
  WaitingClient,
} from './types.ts';
import type { NameRange } from './name-order.ts';
import type { RemediationLimits, SpentLimit } from '../domain/rules/remediation-limits.ts';
import type { FreeTime } from '../domain/rules/free-time.ts';
import type { FullPlace, RestartPlace, RestartTerms } from '../domain/rules/restart-limits.ts';
import type { Upgrade } from '../domain/upgrade/state.ts';
import type { Counters } from '../domain/outcome/counters.ts';
import type { Fact } from '../domain/outcome/facts.ts';

/** Upgrades: reading them, driving one under a lease, and changing one that has no driver. */
export interface UpgradeStore {
  readUpgrade(key: UpgradeKey): Promise<StoredUpgrade | null>;
  /** Where the client still waits in this campaign; null when it does not wait. */
  readWaiting(key: UpgradeKey): Promise<WaitingClient | null>;
  /** Clients that still wait and have no record, of open and closed waves, in no order. */
  waiting(campaign: string): AsyncIterable<WaitingClient>;
  /** Every client of a campaign: where it waits, or null once it has a record. In no order. */
  members(campaign: string): AsyncIterable<Member>;
  /** Upgrades that have a record, in no order. */
  upgrades(campaign: string): AsyncIterable<StoredUpgrade>;
  /**
   * Clients of a campaign in the order of their names, without case: the first ones of the
   * range. One that joins or leaves between two calls is in the later one, or is not; no other
   * client is passed over or comes twice.
   * @param only reads the records of those alone, and says of the others that they are there
   */
  membersByName(campaign: string, range: NameRange, only?: MemberKind): Promise<MemberPage>;
  /** The campaign of the client's unsettled upgrade. */
  claimOf(client: string): Promise<string | null>;
  /**
   * The first step of an activation: takes lease and slots together. Ignored for another
   * activation number, while another owner's lease lasts, when the upgrade is not due at `at` yet,
   * and when it is parked or settled. A driver whose lease has ended is replaced, under a new
   * fence. Parks the upgrade without a free slot, where nothing may begin on its logon server, or
   * when its campaign does not run and the upgrade is not finishing.
   * @param owner random and new for each activation: only a repeated call brings the same one
   */
  begin(
    key: UpgradeKey,
    activation: number,
    owner: string,
    leaseMs: number,
    at: number,
  ): Promise<BeginOutcome>;
  commit(commit: Commit): Promise<CommitOutcome>;
  /** Changes an upgrade that has no driver: without a lease, by compare-and-set. */
  commitIdle(change: CommitIdle): Promise<CommitIdleOutcome>;
  /** Prolongs the lease. False = the lease is lost: the driver aborts everything. */
  renew(key: UpgradeKey, fence: Fence, leaseMs: number): Promise<boolean>;
  /**
   * Puts a message into the inbox of the client's unsettled upgrade. In the same step it makes an
   * upgrade that rests beyond `at` due at `at` under its next activation. An upgrade that is due
   * already keeps its activation, and so its position in BullMQ.
   * @param campaign the message is ignored when another campaign claims the client
   */
  deliver(client: string, message: Message, at: number, campaign?: string): Promise<DeliverOutcome>;
}

export interface Member {
  readonly client: string;
  readonly waits: WaitingClient | null;
}

/** A client that waits and has no record, or one that has one. */
export type MemberKind = 'waiting' | 'admitted';

export interface MemberPage {
  /** Those of the kind that was asked for, in order. */
  readonly members: readonly MemberFound[];
  /** How many clients were passed over or found. */
  readonly read: number;
  /** The key up to which clients were read (`nameKey`); null = no further one follows. */
  readonly through: string | null;
}

export type MemberFound =
  | { readonly kind: 'waiting'; readonly pick: WaitingClient }
  | { readonly kind: 'admitted'; readonly stored: StoredUpgrade };

export type BeginOutcome =
  | {
      readonly kind: 'begun';
      readonly stored: StoredUpgrade;
      readonly fence: Fence;
      /** How often the rules of the campaign were changed before this activation. */
      readonly rulesChanges: number;
    }
  | { readonly kind: 'parked'; readonly because: string }
  /** `dueAt` (policy time) is there when the job came too early. */
  | { readonly kind: 'ignored'; readonly because: string; readonly dueAt?: number };

export interface Commit {
  readonly key: UpgradeKey;
  readonly version: number;
  readonly fence: Fence;
  readonly upgrade: Upgrade;
  /** How many messages at the head of the inbox the driver has consumed. */
  readonly consumed: number;
  /** `start` is refused unless the campaign runs and the logon server is not held in it. */
  readonly step: 'start' | 'finish';
  /**
   * Set where the step begins a remediation in a campaign that limits them: refused beyond a limit.
   * The same name counts once.
   */
  readonly remediation?: { readonly name: string; readonly limits: RemediationLimits };
  /** Set in a campaign that limits restarts, where the commit may change who has a slot. */
  readonly restart?: RestartUse;
  readonly place:
    | { readonly index: 'driven' }
    /**
     * A rest: refused with `inbox` while the inbox holds messages beyond `consumed`. Adds 1 to the
     * activation and ends the lease.
     */
    | { readonly index: 'due'; readonly dueAt: number; readonly keepsSlots: boolean }
    /** Gives back slots and lease, and passes the slots on to the next parked upgrade. */
    | { readonly index: 'parked' }
    | { readonly index: 'settled' };
  readonly counters: Counters;
  /** What the stop rules of the campaign count; left out = it has none. */
  readonly facts?: readonly Fact[];
  /** The driver has not read whether the campaign has stop rules; without one no fact is kept. */
  readonly ifCounted?: true;
  /** What is known of the client's free time now; left out = the commit changes nothing of it. */
  readonly freeTime?: FreeTime;
  readonly audit: AuditEntry | null;
  readonly evidence: readonly Evidence[];
  /**
   * Policy time of the commit: when the upgrade parks, and when the one that gets its slot becomes
   * due.
   */
  readonly at: number;
}

/**
 * What an upgrade needs of the slots of restarts. `slot`: the step begins a restart, and is refused
 * without a slot in each place. `turn`: it waits in the line. `none`: it gives back what it has.
 */
export type RestartUse =
  | {
      readonly needs: 'slot' | 'turn';
      readonly terms: RestartTerms;
      readonly places: readonly RestartPlace[];
    }
  | { readonly needs: 'none' };

export type CommitOutcome =
  | {
      readonly kind: 'committed';
      readonly version: number;
      /** The job of this upgrade's own rest, when it rests. */
      readonly next: Activation | null;
      /** The job of a parked upgrade that got the freed slot. */
      readonly handed: Activation | null;
      /** The jobs of clients that got a slot of a restart; left out = none did. */
      readonly woken?: readonly Activation[];
    }
  /**
   * Nothing was written: messages came in beyond `consumed`. `messages` is the whole inbox, with
   * those that the commit would have consumed: decide on all of them and commit again with their
   * number.
   */
  | { readonly kind: 'inbox'; readonly messages: readonly Message[] }
  /**
   * Nothing was written: the step would begin something, which the campaign or its budgets refuse
   * now. `spent` is there where a limit of remediations refuses it, `full` where one of restarts
   * does.
   */
  | {
      readonly kind: 'held';
      readonly because: string;
      readonly spent?: SpentLimit;
      readonly full?: FullPlace;
    }
  /** Nothing was written: another driver has taken over. */
  | { readonly kind: 'stale'; readonly because: string };

/** A change to an upgrade that has no driver. */
export interface CommitIdle {
  readonly key: UpgradeKey;
  /** 0 = the client still waits; it gets a record. */
  readonly version: number;
  readonly upgrade: Upgrade;
  /**
   * `stays`: only the state changes. `due`: at `at` under the next activation; a settled upgrade
   * claims its client again. `settled`: gives up slots, claim and messages.
   */
  readonly place: 'stays' | 'due' | 'settled';
  /** Set where the change begins something: refused where a `start` of a driver is. */
  readonly step?: 'start';
  readonly counters: Counters;
  /** The text behind `audit.evidence`; left out = there is none. */
  readonly evidence?: readonly Evidence[];
  /** As of a `Commit`. */
  readonly facts?: readonly Fact[];
  readonly restart?: Extract<RestartUse, { needs: 'none' }>;
  readonly audit: AuditEntry;
  readonly at: number;
}

export type CommitIdleOutcome =
  | Extract<CommitOutcome, { kind: 'committed' }>
  /** Nothing was written: nothing may begin on the client now. */
  | { readonly kind: 'held'; readonly because: string }
  /** Nothing was written: the upgrade has a driver, which needs a message (`deliver`). */
  | { readonly kind: 'driven' }
  /** Nothing was written: the upgrade has changed meanwhile; read again. */
  | { readonly kind: 'stale'; readonly because: string }
  /** Nothing was written: another campaign claims the client now. */
  | { readonly kind: 'claimed'; readonly campaign: string }
  /** Nothing was written: the client that the campaign knows was removed from the fleet. */
  | { readonly kind: 'gone' };

export type DeliverOutcome =
  /**
   * `next` is null when a driver is at work (it will read the inbox), or when the upgrade is
   * parked.
   */
  | { readonly kind: 'delivered'; readonly key: UpgradeKey; readonly next: Activation | null }
  | { readonly kind: 'ignored'; readonly because: string };
