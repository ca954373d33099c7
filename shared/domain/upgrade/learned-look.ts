import { backoff, spread } from '../rules/backoff.ts';
import { betterLook, type FreeTime, freeTimeInWords, withLook } from '../rules/free-time.ts';
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
  const noted = noteLook(rules, decision.upgrade, now);
  const moved = moveLook(rules, before, noted, now);
  return moved ?? { ...decision, upgrade: noted };
}

const isLook = ({ type }: UpgradeEvent): boolean => type === 'ClientObserved' || type === 'LookFailed';

/** What the look says of the hour; null = nothing, such as a look that could not be read. */
function foundFree({ state }: Upgrade): boolean | null {
  if (state.phase === 'deferred') return habitual.some((kind) => kind === state.class) ? false : null;
  if (state.phase === 'notifying') return false;
  if (state.phase === 'remedying') return state.blockers.length === 0;
  return beginsSomething({ state } as Upgrade) ? true : null;
}

function noteLook(rules: Rules, upgrade: Upgrade, now: number): Upgrade {
  const isFree = foundFree(upgrade);
  const known = upgrade.memory.learned.freeTime?.looks ?? rules.freeTime;
  const wasDeferred = upgrade.memory.history.lastDeferral !== null;
  if (isFree === null || (known === undefined && !wasDeferred)) return upgrade;
  const looks = withLook(known ?? '', rules.zone, now, isFree);
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
  const until = betterLook(freeTime.looks, rules.zone, now, {
    earliest: Math.min(now + Math.round(gapMs), instead),
    planned: instead,
    latest: instead + backoff(policy, used, pointOf(state.class)),
    point: pointOf('free time'),
  });
  if (until === null || !isAllowed(rules, until, now)) return null;
  const learned = { freeTime: { looks: freeTime.looks, instead } };
  const history = { lastDeferral: { class: state.class, until } };
  const why = freeTimeInWords(freeTime.looks, rules.zone, until) ?? 'it was seldom free at the planned time';
  return {
    kind: 'changed',
    upgrade: withMemory({ ...upgrade, state: { ...state, until } }, { learned, history }),
    because: `${state.because}; next look ${wallTimeOf(rules.zone, until)} instead of ${wallTimeOf(rules.zone, instead)}, because ${why}`,
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
