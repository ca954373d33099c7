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

/** Upgrades: reading them, driving one under a lease, and changing one that nobody drives. */
export interface UpgradeStore {
  readUpgrade(key: UpgradeKey): Promise<StoredUpgrade | null>;
  /** Is this client still waiting in this campaign, and in which wave? */
  readWaiting(key: UpgradeKey): Promise<WaitingClient | null>;
  /** Clients that still wait and have no record, of open and closed waves, in no order. */
  waiting(campaign: string): AsyncIterable<WaitingClient>;
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
  commitIdle(change: CommitIdle): Promise<CommitIdleOutcome>;
  /** False = the lease is lost: abort everything. */
  renew(key: UpgradeKey, fence: Fence, leaseMs: number): Promise<boolean>;
  /**
   * Puts a message into the inbox of the client's unsettled upgrade and makes one that rests beyond `at` due at `at`
   * under its next activation, in one step. One that is due already keeps its activation, and so its place in BullMQ.
   * @param campaign nothing is delivered when another one has the client now
   */
  deliver(client: string, message: Message, at: number, campaign?: string): Promise<DeliverOutcome>;
}
