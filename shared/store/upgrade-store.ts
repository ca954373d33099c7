import type {
  UpgradeKey,
  StoredUpgrade,
  WaitingClient,
  BeginOutcome,
  Commit,
  CommitOutcome,
  CommitIdle,
  CommitIdleOutcome,
  Fence,
  Message,
  DeliverOutcome,
} from './types.ts';

/** Upgrades: reading them, driving one under a lease, and changing one that has no driver. */
export interface UpgradeStore {
  readUpgrade(key: UpgradeKey): Promise<StoredUpgrade | null>;
  /** Where the client still waits in this campaign; null when it does not wait. */
  readWaiting(key: UpgradeKey): Promise<WaitingClient | null>;
  /** Clients that still wait and have no record, of open and closed waves, in no order. */
  waiting(campaign: string): AsyncIterable<WaitingClient>;
  /** Upgrades that have a record, in no order. */
  upgrades(campaign: string): AsyncIterable<StoredUpgrade>;
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
