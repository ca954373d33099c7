import type { Failure } from '../observation/failure.ts';
import { isSameBoot } from '../observation/boot.ts';
import type { Observation } from '../observation/observation.ts';
import { isForced } from '../rules/campaign-end.ts';
import type { Rules } from '../rules/policy.ts';
import { isoOf } from '../time/iso-time.ts';
import { type Calendar, isCalendarOpen } from '../time/calendar.ts';
import { blackoutUntil } from '../time/calendar-words.ts';
import { wallTimeOf } from '../time/window.ts';
import { untilDeadline } from './beyond-end.ts';
import { awaitWindow, calendarAt } from './closed-window.ts';
import type { Decision } from './events.ts';
import { describeOpenProcedure, type PendingRestart, type RestartCause } from './memory.ts';
import { type Upgrade, withMemory, withoutRestart } from './state.ts';
import { defer, settle, settleNow, transition } from './transitions.ts';

/** Orders for one cause, when the client provably did not restart after the earlier ones. */
const maxOrders = 3;

/**
 * Orders a restart where the policy allows it, else defers the upgrade. The order is committed
 * before it is sent: after a crash in between a look follows, and never a second order.
 */
export function orderRestart(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  cause: RestartCause,
  now: number,
): Decision {
  const { allowed, deadlineMs } = rules.policy.restart;
  const user = seen.users[0];
  if (allowed === 'never') {
    const because = 'the policy allows no restart: waits until someone restarts it or logs on';
    return defer(rules, upgrade, cause === 'mark' ? 'logon' : 'restart', because, now);
  }
  const forced = isForced(rules.policy, now);
  if (allowed === 'nobodyLoggedOn' && user !== undefined && !forced) {
    const because = `waits to restart: ${user.name} is logged on, session ${user.session}`;
    return untilDeadline(rules, defer(rules, upgrade, 'restart', because, now), now);
  }
  const hours = forced ? null : restartHours(rules, now);
  if (hours !== null && !isCalendarOpen(hours, rules.zone, now))
    return awaitWindow(
      rules,
      upgrade,
      hours,
      now,
      ({ at, blackout }) =>
        `waits to restart until ${wallTimeOf(rules.zone, at)}${blackoutUntil(rules.zone, blackout)}`,
    );
  const { restarts } = upgrade.memory.history;
  const orders = restarts[cause] ?? 0;
  if (orders >= maxOrders) {
    const because = `was ordered to restart ${orders === 1 ? 'once' : `${orders} times`} and never did`;
    return settle(upgrade, { end: 'needsAttention', cause: 'does not restart', because, blockers: [] }, now);
  }
  const restart: PendingRestart = {
    cause,
    orderedAt: now,
    bootBefore: seen.bootId,
    deadline: now + deadlineMs,
    taken: null,
  };
  return transition(upgrade, { phase: 'ordering', cause }, restartReason[cause], {
    open: { restart },
    history: { restarts: { ...restarts, [cause]: orders + 1 } },
  });
}

/** The hours of restarts, without the blackouts; null = restarts have no hours of their own. */
function restartHours(rules: Rules, now: number): Calendar | null {
  const { between } = rules.policy.restart;
  return between === null ? null : { windows: [between], blackouts: calendarAt(rules, now)?.blackouts ?? [] };
}

const restartReason: Readonly<Record<RestartCause, string>> = {
  mark: 'marked for the update, which starts at the logon after a restart',
  workaround: 'the service is set to manual and gone after a restart',
  replacement: 'the new files take their places at a restart',
  pendingRestart: 'it has restarted, and says that a restart is still pending',
};

/**
 * The client's response to an order: taken, refused, or not known.
 * @param failure null = the client took the order
 */
export function onRestartResponse(
  rules: Rules,
  upgrade: Upgrade,
  failure: Failure | null,
  now: number,
): Decision {
  const { restart } = upgrade.memory.open;
  if (restart === null) return transition(upgrade, { phase: 'looking' }, 'no restart is pending');
  if (failure?.kind === 'unreachable') {
    const because = `could not order the restart: ${failure.message}`;
    return defer(rules, withoutOrder(upgrade, restart), 'unreachable', because, now);
  }
  if (failure?.kind === 'failed') {
    const because = `the client refused to restart: ${failure.message}`;
    return defer(rules, withoutOrder(upgrade, restart), 'restart', because, now);
  }
  const taken = failure === null ? true : null;
  const because = taken
    ? 'restart ordered'
    : `outcome of the restart order is not known: ${failure?.message ?? ''}`;
  const ordered = withMemory(upgrade, { open: { restart: { ...restart, taken } } });
  return restUntilLook(rules, ordered, because, now);
}

/**
 * What a look that reached the client means for a pending restart.
 * @returns null where the restart is proved, was never pending, or was provably not taken: the
 * caller goes on with `withoutRestart(upgrade)`
 */
export function stillRestarting(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  now: number,
): Decision | null {
  const { restart } = upgrade.memory.open;
  if (restart === null || !isSameBoot(seen.bootId, restart.bootBefore)) return null;
  const { lookEveryMs } = rules.policy.restart;
  if (restart.taken === null && now - restart.orderedAt >= 2 * lookEveryMs) return null;
  if (now < restart.deadline)
    return restUntilLook(rules, upgrade, 'still in the boot from before the restart', now);
  const because = `a restart was ordered at ${isoOf(restart.orderedAt)}, and the client is still in the same boot`;
  const ending = { end: 'failed', cause: 'did not restart', because, blockers: [] } as const;
  return settle(withoutRestart(upgrade), ending, now);
}

/**
 * A look failed while a restart is pending: the client is on its way, or lost. Silence proves that
 * the client did not come back only for the time in which it was looked at.
 */
export function awaitReturn(
  rules: Rules,
  upgrade: Upgrade,
  restart: PendingRestart,
  failure: Failure,
  now: number,
): Decision {
  const deadline = restart.deadline + unwatchedMs(rules, restart, now);
  if (now < deadline) {
    const awaited = withMemory(upgrade, { open: { restart: { ...restart, deadline, silentAt: now } } });
    return restUntilLook(rules, awaited, `restarting: ${failure.message}`, now);
  }
  const because =
    `did not come back after the restart ordered at ${isoOf(restart.orderedAt)}: ` +
    `${failure.message}${describeOpenProcedure(upgrade.memory)}`;
  return settleNow(upgrade, { end: 'failed', cause: 'did not come back', because, blockers: [] }, now);
}

/**
 * Time in which nobody looked at the client, because no worker ran or Redis was away. A look that
 * is late by less than the time between two looks is no such time.
 */
function unwatchedMs(rules: Rules, { orderedAt, silentAt }: PendingRestart, now: number): number {
  const { lookEveryMs } = rules.policy.restart;
  const gap = now - (silentAt ?? orderedAt);
  return gap > 2 * lookEveryMs ? gap - lookEveryMs : 0;
}

/** The order provably never took effect, so it does not count. */
const withoutOrder = (upgrade: Upgrade, { cause }: PendingRestart): Upgrade => {
  const { restarts } = upgrade.memory.history;
  const fewer = { ...restarts, [cause]: Math.max(0, (restarts[cause] ?? 0) - 1) };
  return withMemory(upgrade, { open: { restart: null }, history: { restarts: fewer } });
};

const restUntilLook = (rules: Rules, upgrade: Upgrade, because: string, now: number): Decision =>
  transition(upgrade, { phase: 'restarting', nextLook: now + rules.policy.restart.lookEveryMs }, because);
