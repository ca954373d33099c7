import { deadlineAhead, endCause, isOver } from '../rules/campaign-end.ts';
import { spread } from '../rules/backoff.ts';
import type { Rules } from '../rules/policy.ts';
import type { Ending } from '../outcome/ending.ts';
import { isoOf } from '../time/iso-time.ts';
import type { Decision } from './events.ts';
import { beginsSomething, isFinishing } from './placement.ts';
import type { Upgrade } from './state.ts';
import { settle } from './transitions.ts';

/** Has anything been begun on the client that its upgrade has to bring to an end? */
export const hasBegun = (upgrade: Upgrade): boolean =>
  upgrade.state.phase === 'remedying' ||
  isFinishing(upgrade) ||
  upgrade.memory.open.unanswered !== false ||
  upgrade.memory.history.tried.length > 0;

/** How a client ends on which nothing had begun when the campaign was over. */
export const endedByCampaign = (campaign: string, at: number): Ending => ({
  end: 'cancelled',
  cause: endCause,
  because: `campaign ${campaign} was to end at ${isoOf(at)}, and nothing had begun on the client by then`,
  blockers: [],
});

/**
 * Replaces a decision that begins the upgrade of a client after the campaign's end: the upgrade is
 * cancelled. Deciding here holds the end also while no leader runs that ends the campaign.
 */
export function withinEnd(rules: Rules, before: Upgrade, decision: Decision, now: number): Decision {
  const { end } = rules.policy;
  if (end === undefined || !isOver(rules.policy, now) || decision.kind !== 'changed') return decision;
  if (!beginsSomething(decision.upgrade) || hasBegun(before)) return decision;
  return settle(before, endedByCampaign(rules.campaign, end.at), now);
}

/** At the deadline clients do not all begin in the same minute. */
const spreadAtMostMs = 10 * 60_000;

/**
 * When a client begins at the deadline of its campaign; null = there is no deadline to come.
 */
export function forcedAt(rules: Rules, upgrade: Upgrade, now: number): number | null {
  const deadline = deadlineAhead(rules.policy, now);
  if (deadline === null) return null;
  return (
    deadline + Math.floor(spread(rules.seed, rules.campaign, upgrade.client, 'deadline') * spreadAtMostMs)
  );
}

/** A client that waits for its users to log off waits until the campaign's deadline at most. */
export function untilDeadline(rules: Rules, decision: Decision, now: number): Decision {
  if (decision.kind !== 'changed' || decision.upgrade.state.phase !== 'deferred') return decision;
  const { upgrade } = decision;
  const forced = forcedAt(rules, upgrade, now);
  const { state } = decision.upgrade;
  if (forced === null || state.until <= forced) return decision;
  return { ...decision, upgrade: { ...upgrade, state: { ...state, until: forced } } };
}
