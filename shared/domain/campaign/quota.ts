/** How a campaign's budget is shared out: what one shard may use, uses, could use now, and when it was raised last. */
export interface Share {
  /** Slots that the shard may have in use; it begins nothing beyond. */
  readonly quota: number;
  /** More than the quota for a while after it was lowered. */
  readonly inUse: number;
  /** Clients that would take a slot at once, over and above those in use. */
  readonly wants: number;
  /** Grows with each grant: the lowest has waited longest. */
  readonly servedAt: number;
}

/**
 * The quotas that the shards should have: as much as each needs, and where that is more than there is, the same for
 * everybody who needs more. A budget smaller than the number of shards in need goes round: those who waited longest
 * come first, so that nobody starves. Nothing is changed while everybody has enough.
 * @returns targets in the order of `shares`, `active` in all at most
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

/** The smallest need first: what it leaves is shared by the others. What nobody needs is shared by all. */
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
 * Raises quotas towards their targets by no more than is really free, after those that go down were lowered: a shard
 * whose quota is below what it uses still holds that. So the sum of what each may use or uses never grows beyond
 * `active`.
 */
export function raiseQuotas(
  active: number,
  lowered: readonly Pick<Share, 'quota' | 'inUse'>[],
  targets: readonly number[],
): readonly number[] {
  const held = lowered.map(({ quota, inUse }) => Math.max(quota, inUse));
  let free = Math.max(0, active - sum(held));
  return lowered.map(({ quota }, at) => {
    const holds = held[at] ?? 0;
    const target = targets[at] ?? quota;
    const raise = Math.min(free, Math.max(0, target - holds));
    free -= raise;
    return Math.max(quota, Math.min(target, holds + raise));
  });
}
