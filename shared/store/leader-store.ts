/**
 * The fence of a leader: a counter that never falls. A round brings it with every change; a shard
 * that has seen a newer leader changes nothing.
 */
export type LeaderFence = number;

/**
 * Which orchestrator leads. `until` is the end of its lease in real time, by the clock that grants
 * it.
 */
export interface Leader {
  readonly owner: string;
  readonly fence: LeaderFence;
  readonly until: number;
}

/** `follows` names the leader. */
export type LeadOutcome = ({ readonly kind: 'leads' } & Leader) | ({ readonly kind: 'follows' } & Leader);

/** The leader's lease. */
export interface LeaderStore {
  /**
   * Takes the leader's lease, or renews it. A new term gets a fence above all before it, also for
   * an owner whose own lease has ended. The leader judges its lease by its own clock from before
   * the call: the answer may have been under way for long.
   * @param owner names the process, for people; no two processes share one
   */
  lead(owner: string, leaseMs: number): Promise<LeadOutcome>;
  /**
   * Prolongs the lease of a term that has not ended: one command.
   * @returns false when the term is over; `lead` begins the next one
   */
  renewLead(owner: string, fence: LeaderFence, leaseMs: number): Promise<boolean>;
  /**
   * Ends the lease at once, so that another may lead. Does nothing when the lease has ended
   * already.
   */
  resign(owner: string, fence: LeaderFence): Promise<void>;
  /** The present leader; null when no process leads. */
  leader(): Promise<Leader | null>;
}
