import { awaitWindow } from './closed-window.ts';
import { defer, transition, settle } from './transitions.ts';
import type { Observation } from '../observation/observation.ts';
import type { Rules } from '../rules/policy.ts';
import type { Decision } from './events.ts';
import type { PendingRestart, RestartCause } from './memory.ts';
import { type Upgrade, withMemory } from './state.ts';
import { isWindowOpen } from '../time/window.ts';
import { isoOf } from '../time/iso-time.ts';
import type { Failure } from '../observation/failure.ts';

/** Orders for one cause that a client may be sent when the earlier ones provably did not restart it. */
const maxOrders = 3;

/**
 * Orders a restart where the policy allows it, else says what is waited for. The order is committed before it is given, so
 * that a crash in between is answered by a look and never by a second order sent blindly.
 */
export function askRestart(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  cause: RestartCause,
  now: number,
): Decision {
  const { allowed, between, deadlineMs } = rules.policy.restart;
  const user = seen.users[0];
  if (allowed === 'never') {
    const kind = cause === 'mark' ? 'logon' : 'restart';
    return defer(
      rules,
      upgrade,
      kind,
      'the policy allows no restart: waits until someone restarts it or logs on',
      now,
    );
  }
  if (allowed === 'nobodyLoggedOn' && user !== undefined) {
    return defer(
      rules,
      upgrade,
      'restart',
      `waits to restart: ${user.name} is logged on, session ${user.session}`,
      now,
    );
  }
  if (between !== null && !isWindowOpen(between, rules.zone, now))
    return awaitWindow(rules, upgrade, between, 'waits to restart until', now);
  const orders = upgrade.memory.history.restarts[cause] ?? 0;
  if (orders >= maxOrders) {
    const because = `was ordered to restart ${orders} times and never did`;
    return settle(upgrade, { end: 'needsAttention', cause: 'does not restart', because, blockers: [] }, now);
  }
  const restart: PendingRestart = {
    cause,
    orderedAt: now,
    bootBefore: seen.bootId,
    deadline: now + deadlineMs,
    taken: null,
  };
  const restarts = { ...upgrade.memory.history.restarts, [cause]: orders + 1 };
  return transition(upgrade, { phase: 'ordering', cause }, restartReason[cause], {
    open: { restart },
    history: { restarts },
  });
}

const restartReason: Readonly<Record<RestartCause, string>> = {
  mark: 'marked for the update, which starts at the logon after a restart',
  workaround: 'the service is set to manual and gone after a restart',
  replacement: 'the new files take their places at a restart',
  pendingRestart: 'it has restarted, and says that a restart is still pending',
};

/** The answer to an order: taken, refused, or not known. */
export function restartAnswered(
  rules: Rules,
  upgrade: Upgrade,
  failure: Failure | null,
  now: number,
): Decision {
  const { restart } = upgrade.memory.open;
  if (restart === null) return transition(upgrade, { phase: 'looking' }, 'no restart is pending');
  if (failure?.kind === 'unreachable') {
    return defer(
      rules,
      takeBack(upgrade, restart),
      'unreachable',
      `could not order the restart: ${failure.message}`,
      now,
    );
  }
  if (failure?.kind === 'failed') {
    return defer(
      rules,
      takeBack(upgrade, restart),
      'restart',
      `the client refused to restart: ${failure.message}`,
      now,
    );
  }
  const taken = failure === null ? true : null;
  const because = taken
    ? 'restart ordered'
    : `outcome of the restart order is not known: ${failure?.message ?? ''}`;
  return restUntilLook(
    rules,
    withMemory(upgrade, { open: { restart: { ...restart, taken } } }),
    because,
    now,
  );
}

/**
 * What a look that reached the client says of a pending restart: null = it is proved (or was never pending, or provably not taken) and
 * deciding goes on with `withoutRestart(upgrade)`.
 */
export function stillRestarting(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  now: number,
): Decision | null {
  const { restart } = upgrade.memory.open;
  if (restart === null || seen.bootId !== restart.bootBefore) return null;
  const { lookEveryMs } = rules.policy.restart;
  if (restart.taken === null && now - restart.orderedAt >= 2 * lookEveryMs) return null;
  if (now < restart.deadline)
    return restUntilLook(rules, upgrade, 'still in the boot from before the restart', now);
  const because = `was told to restart at ${isoOf(restart.orderedAt)} and is still in the same boot`;
  return settle(
    withoutRestart(upgrade),
    { end: 'failed', cause: 'did not restart', because, blockers: [] },
    now,
  );
}

/** A client that can not be looked at while a restart is pending: on its way, or lost. */
export function awaitReturn(
  rules: Rules,
  upgrade: Upgrade,
  restart: PendingRestart,
  failure: Failure,
  now: number,
): Decision {
  if (now < restart.deadline) return restUntilLook(rules, upgrade, `restarting: ${failure.message}`, now);
  const because = `did not come back after the restart ordered at ${isoOf(restart.orderedAt)}: ${failure.message}${describeOpen(upgrade)}`;
  const ending = { end: 'failed', cause: 'did not come back', because, blockers: [] } as const;
  return transition(upgrade, { phase: 'settled', at: now, ...ending }, because);
}

/** What of a procedure that waits for a restart stands open on the client, to be put after what is said of it; '' = nothing does. */
export function describeOpen({
  memory: {
    open: { workaround, replacing },
  },
}: Upgrade): string {
  if (workaround !== null) return `; ${workaround.preImage.service.name} is still set to manual there`;
  return replacing === null ? '' : '; new files still wait there for its restart';
}

/** The order provably never took effect, so it does not count. */
const takeBack = (upgrade: Upgrade, { cause }: PendingRestart): Upgrade => {
  const { restarts } = upgrade.memory.history;
  const fewer = { ...restarts, [cause]: Math.max(0, (restarts[cause] ?? 0) - 1) };
  return withMemory(upgrade, { open: { restart: null }, history: { restarts: fewer } });
};

export const withoutRestart = (upgrade: Upgrade): Upgrade => withMemory(upgrade, { open: { restart: null } });

const restUntilLook = (rules: Rules, upgrade: Upgrade, because: string, now: number): Decision =>
  transition(upgrade, { phase: 'restarting', nextLook: now + rules.policy.restart.lookEveryMs }, because);
