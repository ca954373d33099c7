/**
 * The fence of a leader: a counter that never falls. Rounds bring it along with every change they ask for; where a newer
 * leader has been seen, nothing is changed.
 */
export type LeaderFence = number;

/** Which orchestrator leads. `until` is the end of its lease in real time, by the clock that grants it. */
export interface Leader {
  readonly owner: string;
  readonly fence: LeaderFence;
  readonly until: number;
}

/** `follows` says who leads instead. */
export type LeadOutcome = ({ readonly kind: 'leads' } & Leader) | ({ readonly kind: 'follows' } & Leader);

/** The leader's lease. */
export interface LeaderStore {
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
}
