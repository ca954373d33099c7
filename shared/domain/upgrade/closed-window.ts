import { beginsSomething, isFinishing } from './placement.ts';
import type { Ending } from '../outcome/ending.ts';
import { deadlineAhead, isForced } from '../rules/campaign-end.ts';
import type { Rules } from '../rules/policy.ts';
import { spread } from '../rules/backoff.ts';
import { forcedAt } from './beyond-end.ts';
import { type Misfit, misfitOf, neverFits, openingThatFits, waitsToFit } from './fit.ts';
import type { Decision } from './events.ts';
import { type Upgrade, withMemory } from './state.ts';
import { settle } from './transitions.ts';
import {
  type Calendar,
  calendarClosing,
  calendarOpening,
  isCalendarOpen,
  type Opening,
} from '../time/calendar.ts';
import { blackoutUntil, waitsForOpening } from '../time/calendar-words.ts';
import { isKnownZone, wallTimeOf } from '../time/window.ts';

/** What says when something may begin on a client: its calendar, or the window of its campaign. */
interface Timed {
  readonly calendar?: Calendar | null;
  readonly policy: Pick<Rules['policy'], 'window' | 'end'>;
}

/**
 * When something may begin on the client; null = at any time. After the deadline of a campaign that
 * is forced to its end windows no longer hold, and blackouts do.
 */
export function calendarAt({ calendar, policy }: Timed, now: number): Calendar | null {
  const { window } = policy;
  const known =
    calendar === undefined ? (window === null ? null : { windows: [window], blackouts: [] }) : calendar;
  if (known === null || !isForced(policy, now)) return known;
  return known.blackouts.length === 0 ? null : { windows: null, blackouts: known.blackouts };
}

/**
 * When something may begin because the deadline of the campaign has passed: at the deadline, or at
 * the end of the blackout that lasts then. Null = no deadline is to come.
 */
export function deadlineOpening(timed: Timed, zone: string, now: number): Opening | null {
  const deadline = deadlineAhead(timed.policy, now);
  if (deadline === null) return null;
  const calendar = calendarAt(timed, deadline);
  return calendar === null ? { at: deadline, blackout: null } : calendarOpening(calendar, zone, deadline);
}

/**
 * Replaces a decision that begins something outside the campaign's windows, or in one of its
 * blackouts: the upgrade waits for the opening, and begins with a look there. What has begun is
 * finished at any time.
 */
export function withinWindow(rules: Rules, before: Upgrade, decision: Decision, now: number): Decision {
  const calendar = calendarAt(rules, now);
  if (calendar === null || decision.kind !== 'changed' || !beginsSomething(decision.upgrade)) return decision;
  const waiting = onlyLearned(before, decision.upgrade);
  if (!isCalendarOpen(calendar, rules.zone, now)) return awaitWindow(rules, waiting, calendar, now);
  const misfit = misfitOf(rules, calendar, decision.upgrade.state, now);
  return misfit === null ? decision : awaitFit(rules, waiting, calendar, misfit, now);
}

/**
 * Defers a client on which nothing has begun to the next opening of a window: until then servpack
 * does not even look at it, and it holds no slot. A check-in is still followed by a look, which
 * begins nothing.
 * @returns null where the upgrade may go on
 */
export function deferToWindow(rules: Rules, upgrade: Upgrade, now: number): Decision | null {
  const calendar = calendarAt(rules, now);
  if (calendar === null || isCalendarOpen(calendar, rules.zone, now)) return null;
  const isBegun = isFinishing(upgrade) || upgrade.memory.open.unanswered !== false;
  return isBegun ? null : awaitWindow(rules, upgrade, calendar, now);
}

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
 * Defers the upgrade to the next opening of its calendar. Waiting for it spends no budget. A client
 * for which there is no opening needs attention, and nothing begins on it.
 * @param inWords what the client waits for, at the time of the opening
 */
export function awaitWindow(
  rules: Rules,
  upgrade: Upgrade,
  calendar: Calendar,
  now: number,
  inWords = (opening: Opening): string => waitsForOpening(calendar, rules.zone, opening),
): Decision {
  const { zone } = rules;
  const opening = calendarOpening(calendar, zone, now);
  const forced = isKnownZone(zone) ? deadlineOpening(rules, zone, now) : null;
  if (forced !== null && (opening === null || forced.at < opening.at))
    return deferred(
      upgrade,
      atDeadline(rules, upgrade, forced, now),
      untilForced(zone, opening, forced, inWords),
    );
  if (opening === null)
    return settle(upgrade, isKnownZone(zone) ? noWindow(calendar) : zoneNotKnown(zone), now);
  const point = spread(rules.seed, rules.campaign, upgrade.client, 'window');
  const closing = calendarClosing(calendar, zone, opening.at)?.at ?? Number.POSITIVE_INFINITY;
  const until = opening.at + Math.floor(point * Math.min(spreadAtMostMs, (closing - opening.at) / 10));
  return deferred(upgrade, until, inWords(opening));
}

/** Clients do not all begin in the minute of the deadline, or of the end of a blackout then. */
function atDeadline(rules: Rules, upgrade: Upgrade, { at }: Opening, now: number): number {
  const deadline = deadlineAhead(rules.policy, now) ?? at;
  return (forcedAt(rules, upgrade, now) ?? deadline) + (at - deadline);
}

function untilForced(
  zone: string,
  opening: Opening | null,
  { at, blackout }: Opening,
  inWords: (opening: Opening) => string,
): string {
  const when = wallTimeOf(zone, at);
  if (opening === null) return `waits for the campaign's deadline: ${when}${blackoutUntil(zone, blackout)}`;
  return `${inWords(opening)}; the campaign's deadline comes before that: ${when}`;
}

/**
 * Defers an upgrade whose next step would not end before its window does to the next opening in
 * which the step fits. Where none is long enough the client needs attention.
 */
function awaitFit(rules: Rules, upgrade: Upgrade, calendar: Calendar, misfit: Misfit, now: number): Decision {
  const opening = openingThatFits(calendar, rules.zone, misfit.need, misfit.closing.at);
  const deadline = deadlineOpening(rules, rules.zone, now);
  if (opening === null && deadline === null) return settle(upgrade, neverFits(misfit, now), now);
  const forced = deadline === null ? null : atDeadline(rules, upgrade, deadline, now);
  const at = opening?.at ?? Number.POSITIVE_INFINITY;
  const point = spread(rules.seed, rules.campaign, upgrade.client, 'window');
  const opens = at + Math.floor(point * Math.min(spreadAtMostMs, (opening?.lastsMs ?? 0) / 2));
  const until = Math.min(opens, forced ?? opens);
  const because = waitsToFit(misfit, rules.zone, Math.min(at, until), now);
  return deferred(upgrade, until, because);
}

function deferred(upgrade: Upgrade, until: number, because: string): Decision {
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

/** No window of the campaign is for the client, or those that are do not open any more. */
const noWindow = ({ windows }: Calendar): Ending => ({
  end: 'needsAttention',
  cause: 'no window',
  because:
    windows?.length === 0
      ? 'no window of the campaign is for this client, so nothing may begin on it'
      : 'none of its windows opens any more outside the blackouts, so nothing may begin on it',
  blockers: [],
});
