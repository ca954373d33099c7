import { isSameBoot } from '../observation/boot.ts';
import type { Observation } from '../observation/observation.ts';
import { phaseUnknown, type Proof, whyNot } from '../observation/proof.ts';
import { setupPhaseWords } from '../observation/words.ts';
import type { Rules } from '../rules/policy.ts';
import type { Decision } from './events.ts';
import { pushFiles } from './push.ts';
import { orderRestart } from './restart.ts';
import { type Upgrade, withoutMark } from './state.ts';
import { defer, settle, transition } from './transitions.ts';

type NotProved = Exclude<Proof, { kind: 'current' }>;

/**
 * Nothing is in the way and the release is not proved: the next step on the route of the product.
 */
export function followRoute(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  proof: NotProved,
  now: number,
): Decision {
  if (proof.kind === 'notSaid') return deferUnknown(rules, upgrade, proof.because, now);
  switch (rules.product.route) {
    case 'logon':
      return followLogon(rules, upgrade, seen, proof, now);
    case 'direct':
      return followDirect(rules, upgrade, proof, now);
    case 'push':
      return pushFiles(rules, upgrade, seen, proof, now);
  }
}

/** Route `direct`: run the update, then look. A look that does not prove it defers the upgrade. */
function followDirect(rules: Rules, upgrade: Upgrade, proof: NotProved, now: number): Decision {
  const { mark, unanswered } = upgrade.memory.open;
  if (unanswered === 'workerStopped')
    return transition(withoutMark(upgrade), { phase: 'updating' }, commandRepeated);
  if (mark === null && !unanswered)
    return transition(upgrade, { phase: 'updating' }, 'nothing is in the way');
  return defer(rules, withoutMark(upgrade), 'download', whyNot(proof), now);
}

/** Route `logon`: mark -> restart -> the user's logon starts the update -> proof (Q168463). */
function followLogon(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  proof: NotProved,
  now: number,
): Decision {
  const { mark, unanswered, workaround } = upgrade.memory.open;
  if (seen.setupPhase === 'unknown') return deferUnknown(rules, upgrade, phaseUnknown, now);
  if (unanswered === true)
    return defer(rules, withoutMark(upgrade), 'download', 'the client did not take the mark', now);
  if (mark === null && isBeingRemoved(seen)) return settleRemoved(upgrade, seen, now);
  if (unanswered === 'workerStopped')
    return transition(withoutMark(upgrade), { phase: 'marking' }, commandRepeated);
  if (mark === null) return transition(upgrade, { phase: 'marking' }, 'nothing is in the way');
  if (proof.kind === 'filesMissing') return defer(rules, upgrade, 'download', whyNot(proof), now);
  if (seen.setupPhase === 'installed') {
    const because = `says it is installed, but ${whyNot(proof)}`;
    return defer(rules, withoutMark(upgrade), 'download', because, now);
  }
  if (workaround !== null && isSameBoot(workaround.bootId, seen.bootId))
    return orderRestart(rules, upgrade, seen, 'workaround', now);
  if (isSameBoot(seen.bootId, mark.bootId)) return orderRestart(rules, upgrade, seen, 'mark', now);
  if (needsAnotherBoot(upgrade, seen)) return orderRestart(rules, upgrade, seen, 'pendingRestart', now);
  return awaitLogon(rules, upgrade, seen, now);
}

/** The worker stopped during the command, and the look found nothing done. */
const commandRepeated = 'nothing came of the command that a stopping worker let go of: once more';

/**
 * Restarts beyond the one for the mark. Without a limit a client that always says that a restart is
 * pending would restart for ever.
 */
const furtherBootsAtMost = 2;

/**
 * Windows swaps files that were in use at a restart (Q186412), which may leave others for the next.
 */
const needsAnotherBoot = ({ memory }: Upgrade, { pendingRestart }: Observation): boolean =>
  pendingRestart && (memory.history.restarts.pendingRestart ?? 0) < furtherBootsAtMost;

/**
 * An unknown phase does not mean "not marked": the client may be in the middle of its update. And
 * where the client does not say what is left to download, every file is right already: a mark and a
 * restart would bring nothing.
 */
function deferUnknown(rules: Rules, upgrade: Upgrade, error: string, now: number): Decision {
  return defer(rules, upgrade, 'couldNotLook', error, now, [{ kind: 'couldNotLook', error }]);
}

/** Is the product being removed from this client? A mark would install it again. */
const isBeingRemoved = ({ setupPhase }: Observation): boolean =>
  setupPhase === 'deinstall' || setupPhase === 'componentDeinstall';

function settleRemoved(upgrade: Upgrade, { setupPhase }: Observation, now: number): Decision {
  const because = `its setup phase is ${setupPhaseWords[setupPhase]}: the product is being removed from this client`;
  return settle(upgrade, { end: 'needsAttention', cause: 'being removed', because, blockers: [] }, now);
}

/** The client has restarted with its mark: the next logon of a user starts the update. */
function awaitLogon(rules: Rules, upgrade: Upgrade, seen: Observation, now: number): Decision {
  const user = seen.users[0];
  const program = rules.product.updateProgram ?? 'the update';
  if (user === undefined)
    return defer(rules, upgrade, 'logon', 'ready: installs when a user next logs on to this PC', now);
  if (seen.load === 'missing')
    return defer(rules, upgrade, 'load', `${user.name}'s Load does not start ${program}`, now);
  if (seen.load === 'double')
    return defer(rules, upgrade, 'load', `${user.name}'s Load starts ${program} twice`, now);
  const { transcript } = seen;
  const wasInUse = transcript?.inUse === true && transcript.at !== null && transcript.at >= user.since;
  const because = wasInUse
    ? `at ${user.name}'s logon ${transcript.active.join(', ')} was in use; waits for the next logon`
    : `${user.name} is logged on; ${program} has not finished`;
  return defer(rules, upgrade, 'logon', because, now);
}
