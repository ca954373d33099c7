/** Why a round of the leader fails for one campaign. */
export interface RoundFailure {
  readonly campaign: string;
  /** The name of the round. */
  readonly round: string;
  readonly because: string;
  /** Policy time of the first failure. */
  readonly since: number;
}

/**
 * What the leader cannot do for a campaign, so that every orchestrator can say it. A failure stands
 * here until the round works again.
 */
export interface RoundFailureStore {
  roundFailures(): Promise<readonly RoundFailure[]>;
  /** Keeps a failure in place of the one before of the same round and campaign. */
  noteRoundFailure(failure: RoundFailure): Promise<void>;
  clearRoundFailure(failure: Pick<RoundFailure, 'campaign' | 'round'>): Promise<void>;
}
