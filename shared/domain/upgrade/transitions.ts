import type { Blocker } from '../observation/blocker.ts';
import type { DeferralClass, Rules } from '../rules/policy.ts';
import { type Journal, wayBack } from '../remediation/procedure.ts';
import { backoff, spread } from '../rules/backoff.ts';
import type { Ending } from '../outcome/ending.ts';
import type { Decision } from './events.ts';
import { changeMemory, type MemoryChange } from './memory.ts';
import { type Upgrade, type UpgradeState, withMemory } from './state.ts';

/** The upgrade in its next state. */
export const transition = (
  upgrade: Upgrade,
  state: UpgradeState,
  because: string,
  change: MemoryChange = {},
): Decision => ({
  kind: 'changed',
  upgrade: { ...upgrade, state, memory: changeMemory(upgrade.memory, change) },
  because,
});

export const ignore = (because: string): Decision => ({ kind: 'ignored', because });

/** The update is asked for again next time. */
export const unmarked = (upgrade: Upgrade): Upgrade =>
  withMemory(upgrade, { open: { mark: null, unanswered: false } });

/**
 * Plans the next attempt of this class, or settles the upgrade when the class's budget is spent.
 * @param because what is waited for, in words an operator understands
 */
export function defer(
  rules: Rules,
  upgrade: Upgrade,
  kind: DeferralClass,
  because: string,
  now: number,
  blockers: readonly Blocker[] = [],
): Decision {
  const { lastDeferral } = upgrade.memory.history;
  if (lastDeferral?.class === kind && now < lastDeferral.until) {
    // A check-in caused this look. It found the same, so the planned attempt stands and the budget is not touched.
    return transition(
      upgrade,
      { phase: 'deferred', class: kind, until: lastDeferral.until, because, blockers },
      because,
    );
  }
  const policy = rules.policy.deferrals[kind];
  const used = upgrade.memory.history.deferrals[kind] ?? 0;
  if (used >= policy.budget) {
    const spent = `gave up after ${used} deferrals of class ${kind}: ${because}`;
    return settle(
      upgrade,
      { end: policy.whenSpent, cause: `${kind} budget spent`, because: spent, blockers },
      now,
    );
  }
  const point = spread(rules.seed, rules.campaign, upgrade.client, kind, used);
  const until = now + backoff(policy, used, point);
  const deferrals = { ...upgrade.memory.history.deferrals, [kind]: used + 1 };
  return transition(upgrade, { phase: 'deferred', class: kind, until, because, blockers }, because, {
    history: { deferrals, lastDeferral: { class: kind, until } },
  });
}

/**
 * Ends the upgrade. What waits on the client for a restart is taken back first, and the upgrade settles when that is done: a service
 * that the workaround set to manual gets its start type back (Q168463: a stopgap, its packages do not run while the service is
 * down), and files that would take their places at the next start are withdrawn.
 */
export function settle(upgrade: Upgrade, ending: Ending, now: number): Decision {
  const { workaround, replacing } = upgrade.memory.open;
  if (workaround !== null) {
    const { preImage } = workaround;
    const journal = wayBack({ procedure: 'workaround', preImage }, ending);
    return goBackFirst(upgrade, journal, `${preImage.service.name} gets its start type back`, ending);
  }
  if (replacing !== null) {
    const { preImage } = replacing;
    const journal = wayBack({ procedure: 'replaceAtRestart', preImage }, ending);
    return goBackFirst(upgrade, journal, 'the files that wait for a restart are withdrawn', ending);
  }
  return transition(upgrade, { phase: 'settled', at: now, ...ending }, ending.because);
}

const goBackFirst = (upgrade: Upgrade, journal: Journal, what: string, ending: Ending): Decision =>
  transition(
    upgrade,
    { phase: 'remedying', journal, retryAt: null, blockers: ending.blockers },
    `${what} first; then: ${ending.because}`,
  );
