/**
 * Clients join a campaign, leave it, or change their wave at this moment, in pieces. Meanwhile no
 * gate decides, and the sizes of the waves are those that the waves may reach at most.
 */
export interface MemberChange {
  /** The version of the campaign that began the change. */
  readonly id: number;
  /** How many clients the campaign had before. */
  readonly clients: number;
  /** Policy time. */
  readonly at: number;
}

/** After this policy time the process that made the change has died, and the leader ends it. */
export const memberChangeMs = 10_000;

export const isLeftOver = (change: MemberChange, now: number): boolean => now - change.at > memberChangeMs;
