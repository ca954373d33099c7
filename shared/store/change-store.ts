/** A change of a campaign, or of a client in it. An empty name means every campaign. */
export interface Change {
  readonly campaign: string;
  readonly of: 'campaign' | 'client';
}

export interface Changes {
  /** Where the next call goes on. */
  readonly after: string;
  /** Each campaign at most once for itself, and once for its clients. */
  readonly changes: readonly Change[];
  /** False = more has changed than is listed: anything may have changed. */
  readonly isWhole: boolean;
  /** Id of the newest audit entry, whether it is listed or left out; `0-0` before the first one. */
  readonly newest: string;
  /** How many audit entries are among the changes, by campaign; '' = they name no campaign. */
  readonly entries: ReadonlyMap<string, number>;
}

/**
 * What has changed, in whichever process. Every change has an audit entry, written by the script
 * that makes the change. So the audit is the list of changes, and a commit pays nothing for being
 * noticed.
 */
export interface ChangeStore {
  /**
   * Waits until something changes in a shard.
   * @param after `Changes.after` of the call before; null answers at once with the present end
   * @param waitMs real time; without a change until then the answer is empty
   */
  nextChanges(shard: number, after: string | null, waitMs: number): Promise<Changes>;
  /**
   * Wakes the rounds of the leader for a campaign, in whichever process they run. Needed only
   * after a change without an audit entry.
   */
  wakeLeader(campaign: string): Promise<void>;
}

/** How many of the changes name each campaign. */
export function countByCampaign(changes: readonly Change[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { campaign } of changes) counts.set(campaign, (counts.get(campaign) ?? 0) + 1);
  return counts;
}

/** Each change once, in the order of the first ones. */
export function distinctChanges(changes: readonly Change[]): readonly Change[] {
  const known = new Map(changes.toReversed().map((change) => [`${change.of} ${change.campaign}`, change]));
  return [...known.values()].toReversed();
}
