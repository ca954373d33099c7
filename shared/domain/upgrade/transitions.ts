import type { Blocker } from '../observation/blocker.ts';
import type { Ending } from '../outcome/ending.ts';
import { type Journal, wayBack } from '../remediation/procedure.ts';
import { backoff, spread } from '../rules/backoff.ts';
import type { DeferralClass, Rules } from '../rules/policy.ts';
import { spentCause } from '../rules/wait-words.ts';
import type { Decision } from './events.ts';
import { changeMemory, describeOpenProcedure, type MemoryChange } from './memory.ts';
import type { Upgrade, UpgradeState } from './state.ts';

/**
 * The decision that the upgrade is now in this state.
 * @param change new values in its memory
 */
export const transition = (
  upgrade: Upgrade,
  state: UpgradeState,
  because: string,
  change?: MemoryChange,
): Decision => ({
  kind: 'changed',
  upgrade: {
    ...upgrade,
    state,
    memory: change === undefined ? upgrade.memory : changeMemory(upgrade.memory, change),
  },
  because,
});

/** The decision that the event changes nothing. */
export const ignore = (because: string): Decision => ({ kind: 'ignored', because });

/** Runs the steps of this journal next. */
export const beginProcedure = (
  upgrade: Upgrade,
  journal: Journal,
  because: string,
  { blockers = [], change }: { blockers?: readonly Blocker[]; change?: MemoryChange } = {},
): Decision => transition(upgrade, { phase: 'remedying', journal, retryAt: null, blockers }, because, change);

/**
 * Plans the next look after a deferral of this class, or settles the upgrade when the budget of the
 * class is spent.
 * @param because what the client waits for, in words an operator understands
 */
export function defer(
  rules: Rules,
  upgrade: Upgrade,
  kind: DeferralClass,
  because: string,
  now: number,
  blockers: readonly Blocker[] = [],
): Decision {
  const { lastDeferral, deferrals } = upgrade.memory.history;
  if (lastDeferral?.class === kind && now < lastDeferral.until) {
    // A check-in caused this look, and it found the same: the planned time stays, no budget is
    // spent.
    const { until } = lastDeferral;
    return transition(upgrade, { phase: 'deferred', class: kind, until, because, blockers }, because);
  }
  const policy = rules.policy.deferrals[kind];
  const used = deferrals[kind] ?? 0;
  if (used >= policy.budget) {
    const cause = spentCause(kind, used);
    const spent = `gave up after ${used} ${used === 1 ? 'try' : 'tries'}: ${because}`;
    return settle(upgrade, { end: policy.whenSpent, cause, because: spent, blockers }, now);
  }
  const point = spread(rules.seed, rules.campaign, upgrade.client, kind, used);
  const until = now + backoff(policy, used, point);
  return transition(upgrade, { phase: 'deferred', class: kind, until, because, blockers }, because, {
    history: { deferrals: { ...deferrals, [kind]: used + 1 }, lastDeferral: { class: kind, until } },
  });
}

/**
 * Ends the upgrade. What waits on the client for a restart is taken back first, and the upgrade
 * settles after that. A service that the workaround set to manual gets its start type back
 * (Q168463: a stopgap, its packages do not run while the service is down). Files that would take
 * their places at the next start are withdrawn.
 */
export function settle(upgrade: Upgrade, ending: Ending, now: number): Decision {
  const { workaround, replacing } = upgrade.memory.open;
  if (workaround !== null) {
    const { preImage } = workaround;
    const journal = wayBack({ procedure: 'workaround', preImage }, ending);
    return takeBackFirst(upgrade, journal, `${preImage.service.name} gets its start type back`, ending);
  }
  if (replacing !== null) {
    const { preImage } = replacing;
    const journal = wayBack({ procedure: 'replaceAtRestart', preImage }, ending);
    return takeBackFirst(upgrade, journal, 'the files that wait for a restart are withdrawn', ending);
  }
  const because = `${ending.because}${describeOpenProcedure(upgrade.memory)}`;
  return settleNow(upgrade, { ...ending, because }, now);
}

/** Ends the upgrade whatever is open on the client; the ending's text says what is. */
export const settleNow = (upgrade: Upgrade, ending: Ending, now: number): Decision =>
  transition(upgrade, { phase: 'settled', at: now, ...ending }, ending.because);

const takeBackFirst = (upgrade: Upgrade, journal: Journal, what: string, ending: Ending): Decision =>
  beginProcedure(upgrade, journal, `${what} first; then: ${ending.because}`, { blockers: ending.blockers });
