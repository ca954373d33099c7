/** One shard's share of a campaign's budget. */
export interface Share {
  /** Slots that the shard may use: at the quota it begins nothing more. */
  readonly quota: number;
  /** Slots in use: for a while more than the quota, after the quota was lowered. */
  readonly inUse: number;
  /** Clients that would take a slot now, besides those that have one. */
  readonly wants: number;
  /** Grows with each grant: the shard with the lowest has waited longest. */
  readonly servedAt: number;
}

/**
 * The quotas that the shards should have: what each needs, or, where the budget is smaller than all
 * needs, the same for all shards that need more. A budget smaller than the number of shards in need
 * goes round: the shards that waited longest come first, so none starves. While all shards have
 * enough, nothing changes.
 * @param active the budget
 * @returns targets in the order of `shares`; their sum is at most `active`
 */
export function grantQuotas(active: number, shares: readonly Share[]): readonly number[] {
  const granted = sum(shares.map(({ quota }) => quota));
  if (granted <= active && shares.every(hasEnough)) return shares.map(({ quota }) => quota);
  const inNeed = shares.filter((share) => needOf(share) > 0).length;
  return active < inNeed ? oneEach(active, shares) : levelled(active, shares);
}

const needOf = ({ inUse, wants }: Share): number => inUse + wants;
const hasEnough = (share: Share): boolean => needOf(share) <= share.quota;
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

function oneEach(active: number, shares: readonly Share[]): readonly number[] {
  const turns = shares
    .map((share, at) => ({ share, at }))
    .filter(({ share }) => needOf(share) > 0)
    .sort((a, b) => a.share.servedAt - b.share.servedAt || a.share.quota - b.share.quota || a.at - b.at)
    .slice(0, active);
  return shares.map((_, at) => (turns.some((turn) => turn.at === at) ? 1 : 0));
}

/**
 * Serves the smallest need first; the others share what it leaves. What no shard needs, all share.
 */
function levelled(active: number, shares: readonly Share[]): readonly number[] {
  const order = shares
    .map((share, at) => ({ need: needOf(share), at }))
    .sort((a, b) => a.need - b.need || (shares[a.at]?.quota ?? 0) - (shares[b.at]?.quota ?? 0));
  const targets = shares.map(() => 0);
  let left = active;
  for (const [done, { need, at }] of order.entries()) {
    targets[at] = Math.min(need, Math.floor(left / (order.length - done)));
    left -= targets[at];
  }
  const [each, rest] = [Math.floor(left / shares.length), left % shares.length];
  return targets.map((target, at) => target + each + (at < rest ? 1 : 0));
}

/**
 * Raises quotas towards their targets, after those that go down were lowered. A shard that uses
 * more than its quota still occupies those slots, so quotas grow only by what is really free: the
 * sum of what the shards may use, or do use, never exceeds `active`.
 * @returns the raised quotas, in the order of `lowered`
 */
export function raiseQuotas(
  active: number,
  lowered: readonly Pick<Share, 'quota' | 'inUse'>[],
  targets: readonly number[],
): readonly number[] {
  const occupied = lowered.map(({ quota, inUse }) => Math.max(quota, inUse));
  let free = Math.max(0, active - sum(occupied));
  return lowered.map(({ quota }, at) => {
    const present = occupied[at] ?? 0;
    const target = targets[at] ?? quota;
    const raise = Math.min(free, Math.max(0, target - present));
    free -= raise;
    return Math.max(quota, Math.min(target, present + raise));
  });
}
