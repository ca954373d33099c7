import { spread } from '../rules/backoff.ts';
import { blockersOf } from '../observation/blocker.ts';
import { escalationsOf } from '../remediation/escalation-steps.ts';
import { betterLook } from '../rules/better-look.ts';
import { type FreeTime, type Sighting, withSightings } from '../rules/free-time.ts';
import { freeTimeInWords } from '../rules/free-time-words.ts';
import { type DeferralClass, hasBudget, type Rules } from '../rules/policy.ts';
import { isCalendarOpen } from '../time/calendar.ts';
import { wallTimeOf } from '../time/window.ts';
import { calendarAt } from './closed-window.ts';
import type { Decision, UpgradeEvent } from './events.ts';
import { beginsSomething } from './placement.ts';
import { type Upgrade, withMemory } from './state.ts';

/** The waits that depend on when people use the client. The others end by themselves, or by us. */
const habitual: readonly DeferralClass[] = ['service', 'program', 'busy', 'restart', 'unreachable'];

/** Does the campaign still have to read what earlier ones have learned of this client? */
export const asksForFreeTime = ({ policy }: Pick<Rules, 'policy'>, { memory }: Upgrade): boolean =>
  policy.learnsFreeTime === true && memory.learned.freeTime === undefined;

/** The rules of a client of which earlier campaigns have learned this; undefined = nothing. */
export const withKnownFreeTime = (rules: Rules, upgrade: Upgrade, known: FreeTime | undefined): Rules =>
  known === undefined || !asksForFreeTime(rules, upgrade) ? rules : { ...rules, freeTime: known };

/**
 * In a campaign that learns when its clients are free: notes what the look has found, and plans the
 * look that follows a new deferral at a better moment. A client that no look has deferred keeps its
 * record.
 */
export function withLearnedLook(
  rules: Rules,
  before: Upgrade,
  event: UpgradeEvent,
  decision: Decision,
  now: number,
): Decision {
  if (rules.policy.learnsFreeTime !== true || decision.kind !== 'changed') return decision;
  if (before.state.phase !== 'looking' || !isLook(event)) return decision;
  const noted = noteLook(rules, before, decision.upgrade, event, now);
  const moved = moveLook(rules, before, noted, now);
  return moved ?? { ...decision, upgrade: noted };
}

type Look = Extract<UpgradeEvent, { type: 'ClientObserved' | 'LookFailed' }>;

const isLook = (event: UpgradeEvent): event is Look =>
  event.type === 'ClientObserved' || event.type === 'LookFailed';

/** What the look says of the time until now; empty = nothing, such as a look that was not read. */
function sightingsOf(
  rules: Rules,
  before: Upgrade,
  { state }: Upgrade,
  event: Look,
  now: number,
): readonly Sighting[] {
  const moment = { from: now, to: now };
  if (state.phase === 'deferred') {
    if (!habitual.some((kind) => kind === state.class)) return [];
    if (state.class === 'unreachable') return [{ ...moment, found: 'off' }];
    return busySince(rules, before, event, now);
  }
  if (state.phase === 'notifying') return busySince(rules, before, event, now);
  if (state.phase === 'remedying' && state.blockers.length > 0) return busySince(rules, before, event, now);
  return beginsSomething({ state } as Upgrade) ? [{ ...moment, found: 'free' }] : [];
}

/** What began longer ago says nothing of a day of the client. */
const knownForMs = 12 * 3_600_000;
/** So long before something began that is in the way nothing was. */
const freeBeforeMs = 30 * 60_000;

/**
 * The client says since when its programs run and its users are logged on, and when it was
 * started: between its start and that moment it was free. Times are by the client's clock, which
 * may be wrong.
 */
function busySince({ product }: Rules, before: Upgrade, event: Look, now: number): readonly Sighting[] {
  if (event.type !== 'ClientObserved') return [{ from: now, to: now, found: 'busy' }];
  const { observation: seen } = event;
  const blockers = blockersOf(product, seen);
  // A service or a file that is in the way is there all day, and before it nobody knows.
  const since = blockers.some(({ kind }) => kind !== 'program')
    ? []
    : blockers.length === 0
      ? seen.users.map((user) => user.since)
      : blockers.flatMap((each) => (each.kind === 'program' ? [each.since] : []));
  const ahead = seen.at - now;
  const lastLook = before.memory.learned.lastLook?.at ?? 0;
  const known = Math.max(lastLook, now - knownForMs);
  const began = Math.min(now, ...since.map((at) => at - ahead));
  const busy: Sighting = { from: Math.max(began, known), to: now, found: 'busy' };
  const free = { from: Math.max(seen.bootedAt - ahead, began - freeBeforeMs, known), to: began - 1 };
  return since.length === 0 || free.from >= free.to ? [busy] : [busy, { ...free, found: 'free' }];
}

function noteLook(rules: Rules, before: Upgrade, upgrade: Upgrade, event: Look, now: number): Upgrade {
  const known = upgrade.memory.learned.freeTime?.looks ?? rules.freeTime;
  const wasDeferred = upgrade.memory.history.lastDeferral !== null;
  if (known === undefined && !wasDeferred) return upgrade;
  const sightings = sightingsOf(rules, before, upgrade, event, now);
  if (sightings.length === 0) return upgrade;
  const looks = withSightings(known ?? '', rules.zone, sightings);
  // The time zone of the client is not known.
  if (looks === '') return upgrade;
  return withMemory(upgrade, { learned: { freeTime: { looks } } });
}

function moveLook(rules: Rules, before: Upgrade, upgrade: Upgrade, now: number): Decision | null {
  const { state, memory } = upgrade;
  const { freeTime } = memory.learned;
  const { lastDeferral, deferrals } = memory.history;
  if (state.phase !== 'deferred' || !hasBudget(state.class) || freeTime === undefined) return null;
  if (!habitual.some((kind) => kind === state.class) || lastDeferral === null) return null;
  if (lastDeferral.until !== state.until) return null;
  const known = before.memory.learned.freeTime;
  // A look before its time found the same: the planned time stays, with its reason.
  if (lastDeferral === before.memory.history.lastDeferral)
    return known?.instead === undefined ? null : keepReason(upgrade, freeTime.looks, known.instead);
  const policy = rules.policy.deferrals[state.class];
  const used = deferrals[state.class] ?? 1;
  const pointOf = (word: string) => spread(rules.seed, rules.campaign, upgrade.client, word, used);
  const gapMs = Math.max(policy.firstMs * (1 - policy.jitter), rules.policy.persistence.minGapMs);
  const instead = state.until;
  // The ladder counts looks: it does not begin later.
  const mayBeLater = escalationsOf(rules.product, rules.policy, state.blockers).length === 0;
  const better = betterLook(freeTime.looks, rules.zone, now, {
    earliest: Math.min(now + Math.round(gapMs), instead),
    planned: instead,
    latest: mayBeLater ? Math.max(instead, now + policy.maxMs) : instead,
    point: pointOf('free time'),
    isAllowed: (at) => isAllowed(rules, at, now),
  });
  if (better === null) return null;
  const learned = { freeTime: { looks: freeTime.looks, instead } };
  const history = { lastDeferral: { class: state.class, until: better.at } };
  const why = freeTimeInWords(freeTime.looks, rules.zone, better.at, instead);
  return {
    kind: 'changed',
    upgrade: withMemory({ ...upgrade, state: { ...state, until: better.at } }, { learned, history }),
    because: `${state.because}; next look ${wallTimeOf(rules.zone, better.at)} instead of ${wallTimeOf(rules.zone, instead)}, because ${why}`,
  };
}

function keepReason(upgrade: Upgrade, looks: string, instead: number): Decision {
  const { state } = upgrade;
  const because = state.phase === 'deferred' ? state.because : '';
  return {
    kind: 'changed',
    upgrade: withMemory(upgrade, { learned: { freeTime: { looks, instead } } }),
    because,
  };
}

/** A look comes only where something may begin after it, and before the end of the campaign. */
function isAllowed(rules: Rules, until: number, now: number): boolean {
  const { end } = rules.policy;
  if (end !== undefined && until >= end.at && now < end.at) return false;
  const calendar = calendarAt(rules, until);
  return calendar === null || isCalendarOpen(calendar, rules.zone, until);
}
