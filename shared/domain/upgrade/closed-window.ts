import { beginsSomething, isFinishing } from './placement.ts';
import type { Rules } from '../rules/policy.ts';
import { spread } from '../rules/backoff.ts';
import type { Decision } from './events.ts';
import { type Upgrade, withMemory } from './state.ts';
import { isWindowOpen, nextOpening, type Window, wallTimeOf } from '../time/window.ts';

/**
 * Outside the campaign's window nothing begins on a client: what was about to begin waits for the opening instead, and starts
 * with a look there. What has begun is not broken off.
 */
export function withinWindow(rules: Rules, before: Upgrade, decision: Decision, now: number): Decision {
  const { window } = rules.policy;
  if (window === null || decision.kind !== 'changed' || !beginsSomething(decision.upgrade)) return decision;
  if (isWindowOpen(window, rules.zone, now)) return decision;
  return awaitWindow(
    rules,
    withPlansDropped(before, decision.upgrade),
    window,
    'waits for its window, which opens',
    now,
  );
}

/**
 * A client on which nothing has been begun is not even looked at outside the window: it waits for the opening without a slot. Null where
 * it may go on. A check-in is looked at all the same, and begins nothing.
 */
export function heldByWindow(rules: Rules, upgrade: Upgrade, now: number): Decision | null {
  const { window } = rules.policy;
  if (window === null || isWindowOpen(window, rules.zone, now)) return null;
  const isBegun = isFinishing(upgrade) || upgrade.memory.open.unanswered !== false;
  return isBegun ? null : awaitWindow(rules, upgrade, window, 'waits for its window, which opens', now);
}

/** The planned upgrade where it begins nothing; else what the look has taught, without the plan. */
export const withoutPlan = (before: Upgrade, planned: Upgrade): Upgrade =>
  beginsSomething(planned) ? withPlansDropped(before, planned) : planned;

/** What the look has taught stays; what the decision was about to do has not happened. */
export function withPlansDropped(before: Upgrade, planned: Upgrade): Upgrade {
  const { learned, open } = planned.memory;
  const { mark, unanswered } = open;
  const learnedOnly = withMemory(before, { open: { mark, unanswered, restart: null }, learned });
  return { ...learnedOnly, logonServer: planned.logonServer };
}

/** Not everybody at the stroke of the hour: openings are spread over a tenth of the window, at most over ten minutes. */
const spreadAtMostMs = 10 * 60_000;

/**
 * Waits for an opening, however long that is: it spends no budget.
 * @param words what is waited for; the moment of the opening follows
 */
export function awaitWindow(
  rules: Rules,
  upgrade: Upgrade,
  window: Window,
  words: string,
  now: number,
): Decision {
  const opening = nextOpening(window, rules.zone, now);
  const point = spread(rules.seed, rules.campaign, upgrade.client, 'window');
  const until = opening + Math.floor(point * Math.min(spreadAtMostMs, lengthMs(window) / 10));
  const because = `${words} ${wallTimeOf(rules.zone, opening)}`;
  const blockers = 'blockers' in upgrade.state ? upgrade.state.blockers : [];
  const state = { phase: 'deferred', class: 'window', until, because, blockers } as const;
  return { kind: 'changed', upgrade: { ...upgrade, state }, because };
}

const lengthMs = ({ from, to }: Window): number => ((to - from + 1440) % 1440 || 1440) * 60_000;
