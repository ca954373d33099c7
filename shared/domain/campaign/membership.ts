/**
 * `joins`: a client that comes into the selection of a campaign joins it, and one that leaves the
 * selection leaves the campaign.
 */
export type Membership = 'joins';

/** How the clients of a campaign with `membership: joins` have changed. */
export interface Members {
  /** Clients that have joined since the creation, and those that have left while they waited. */
  readonly joined: number;
  readonly left: number;
  /** Clients of the selection that another campaign has not finished. They join afterwards. */
  readonly elsewhere: number;
  /** Clients of the selection that no wave takes. */
  readonly noWave: number;
  /** Clients that would join an ended campaign. */
  readonly wouldJoin: number;
}

export const noMembers: Members = { joined: 0, left: 0, elsewhere: 0, noWave: 0, wouldJoin: 0 };

/** The cause of the end of a client that left the selection after it had begun. */
export const leftSelection = 'left the selection';
