import { beginsSomething, isFinishing } from './placement.ts';
import type { Ending } from '../outcome/ending.ts';
import { isForced } from '../rules/campaign-end.ts';
import type { Rules } from '../rules/policy.ts';
import { spread } from '../rules/backoff.ts';
import { forcedAt } from './beyond-end.ts';
import type { Decision } from './events.ts';
import { type Upgrade, withMemory } from './state.ts';
import { settle } from './transitions.ts';
import { isWindowOpen, nextOpening, type Window, wallTimeOf } from '../time/window.ts';

/**
 * Replaces a decision that begins something outside the campaign's window: the upgrade waits for
 * the opening, and begins with a look there. What has begun is finished outside the window.
 */
export function withinWindow(rules: Rules, before: Upgrade, decision: Decision, now: number): Decision {
  const window = windowAt(rules, now);
  if (window === null || decision.kind !== 'changed' || !beginsSomething(decision.upgrade)) return decision;
  if (isWindowOpen(window, rules.zone, now)) return decision;
  return awaitWindow(rules, onlyLearned(before, decision.upgrade), window, untilWindow, now);
}

/**
 * Defers a client on which nothing has begun to the opening of the window: outside the window
 * servpack does not even look at it, and it holds no slot. A check-in is still followed by a look,
 * which begins nothing.
 * @returns null where the upgrade may go on
 */
export function deferToWindow(rules: Rules, upgrade: Upgrade, now: number): Decision | null {
  const window = windowAt(rules, now);
  if (window === null || isWindowOpen(window, rules.zone, now)) return null;
  const isBegun = isFinishing(upgrade) || upgrade.memory.open.unanswered !== false;
  return isBegun ? null : awaitWindow(rules, upgrade, window, untilWindow, now);
}

/** The window that holds now; null = none does, as after the campaign's deadline. */
const windowAt = ({ policy }: Rules, now: number): Window | null =>
  isForced(policy, now) ? null : policy.window;

const untilWindow = 'waits for its window, which opens';

/**
 * The planned upgrade, unless the plan begins something: then the upgrade before, with what the
 * look has learned.
 */
export const withoutPlan = (before: Upgrade, planned: Upgrade): Upgrade =>
  beginsSomething(planned) ? onlyLearned(before, planned) : planned;

function onlyLearned(before: Upgrade, planned: Upgrade): Upgrade {
  const { learned, open } = planned.memory;
  const { mark, unanswered } = open;
  // The first step may be running, or its outcome is not known: its intent may stand on the client.
  const unfinished = open.unfinished || before.state.phase === 'remedying';
  const upgrade = withMemory(before, { open: { mark, unanswered, unfinished, restart: null }, learned });
  return { ...upgrade, logonServer: planned.logonServer };
}

/**
 * Clients do not all begin at the minute of the opening: they are spread over a tenth of the
 * window, at most over ten minutes.
 */
const spreadAtMostMs = 10 * 60_000;

/**
 * Defers the upgrade to the next opening of a window. Waiting for it spends no budget. A client
 * whose time zone is not known has no opening: it needs attention, and nothing begins on it.
 * @param words what the client waits for; the time of the opening is appended
 */
export function awaitWindow(
  rules: Rules,
  upgrade: Upgrade,
  window: Window,
  words: string,
  now: number,
): Decision {
  const opening = nextOpening(window, rules.zone, now);
  if (opening === null) return settle(upgrade, zoneNotKnown(rules.zone), now);
  const point = spread(rules.seed, rules.campaign, upgrade.client, 'window');
  const opens = opening + Math.floor(point * Math.min(spreadAtMostMs, lengthMs(window) / 10));
  const forced = forcedAt(rules, upgrade, now);
  const isSooner = forced !== null && forced < opens;
  const until = isSooner ? forced : opens;
  const sooner = isSooner
    ? `; the campaign's deadline comes before that: ${wallTimeOf(rules.zone, rules.policy.end?.at ?? forced)}`
    : '';
  const because = `${words} ${wallTimeOf(rules.zone, opening)}${sooner}`;
  const blockers = 'blockers' in upgrade.state ? upgrade.state.blockers : [];
  const state = { phase: 'deferred', class: 'window', until, because, blockers } as const;
  return { kind: 'changed', upgrade: { ...upgrade, state }, because };
}

/** The operator mends the fleet file, imports it, and retries the client. */
const zoneNotKnown = (zone: string): Ending => ({
  end: 'needsAttention',
  cause: 'time zone not known',
  because:
    `its time zone ${zone} is not known, so it is not known when its window opens; ` +
    'import the client with a time zone such as Europe/Rome, then retry it',
  blockers: [],
});

const lengthMs = ({ from, to }: Window): number => ((to - from + 1440) % 1440 || 1440) * 60_000;
