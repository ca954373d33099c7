import { withoutPlan } from './closed-window.ts';
import { defer, ignore, transition, settle, unmarked } from './transitions.ts';
import type { Ending } from '../outcome/ending.ts';
import { executableOf } from '../observation/image-path.ts';
import type { Observation } from '../observation/observation.ts';
import { beginsSomething } from './placement.ts';
import type { Rules } from '../rules/policy.ts';
import { wayBack } from '../remediation/procedure.ts';
import { prove } from '../observation/proof.ts';
import type { Decision } from './events.ts';
import { mayBeMarked, openOnClient, type Request } from './memory.ts';
import { type Upgrade, withMemory } from './state.ts';
import { isoOf } from '../time/iso-time.ts';
import type { Failure } from '../observation/failure.ts';
import { stillMarked } from '../outcome/counters.ts';

/**
 * What a person wants of a client instead of its upgrade: that it ends, that its service is moved back, that its mark is taken
 * back. Nothing is broken off in the middle: an open procedure and a restart that was ordered are seen to their end first.
 */

/** The client is given up: noted here, carried out by `asRequested` as soon as nothing is open on it. */
export function endRequested(upgrade: Upgrade, ending: Ending): Decision {
  const { phase } = upgrade.state;
  if (phase === 'settled') return ignore('already settled');
  // Its mark or its moved service is being taken back, which nobody may cut short; or it is to end already.
  if (upgrade.memory.request !== null) return ignore(requested[upgrade.memory.request.kind]);
  const request: Request = { kind: 'end', ending };
  // The command may be under way, or its driver is dead: nobody knows what the client did.
  if (phase === 'ordering') return transition(upgrade, { phase: 'looking' }, ending.because, { request });
  const unanswered = upgrade.memory.open.unanswered || phase === 'marking' || phase === 'updating';
  return transition(upgrade, upgrade.state, ending.because, { request, open: { unanswered } });
}

const requested: Readonly<Record<Request['kind'], string>> = {
  end: 'it is to end already',
  undo: 'its service is being moved back first',
  unmark: 'its mark is being taken back first',
};

/** Settles an upgrade that is to end, unless something is open on the client. What was only planned does not happen. */
export function asRequested(rules: Rules, before: Upgrade, decision: Decision, now: number): Decision {
  if (decision.kind !== 'changed') return decision;
  const { request } = decision.upgrade.memory;
  if (request?.kind !== 'end' || isOpenOnClient(decision.upgrade)) return decision;
  const upgrade = withoutPlan(before, decision.upgrade);
  return settle(withoutRequest(upgrade), honestEnding(rules, upgrade, request.ending), now);
}

const isOpenOnClient = (upgrade: Upgrade): boolean => {
  const { state, memory } = upgrade;
  if (state.phase === 'settled') return true;
  return (
    !beginsSomething(upgrade) && (state.phase === 'remedying' || openOnClient(memory).includes('restart'))
  );
};

const withoutRequest = (upgrade: Upgrade): Upgrade => withMemory(upgrade, { request: null });

/** A mark outlives its campaign: the client installs at its next logon (Q168463), and nobody may believe otherwise. */
function honestEnding(rules: Rules, { memory }: Upgrade, ending: Ending): Ending {
  if (rules.product.route !== 'logon' || !mayBeMarked(memory)) return ending;
  const { mark } = memory.open;
  const since = mark === null ? 'it may be marked' : `it is marked since ${isoOf(mark.at)}`;
  return {
    ...ending,
    cause: stillMarked,
    because: `${ending.because}; ${since} and will install at its next logon unless it is unmarked`,
  };
}

/** A look at a client of which a person wants something else than its upgrade; null when its upgrade goes on. */
export function observedAsRequested(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  now: number,
): Decision | null {
  const { request } = upgrade.memory;
  switch (request?.kind) {
    case 'undo':
      return moveBack(rules, upgrade, request, seen, now);
    case 'unmark':
      return unmark(rules, upgrade, seen, now);
    case 'end':
    case undefined:
      return null;
  }
}

/** Only what stands where servpack has put it is moved back: someone else may have changed it since. */
function moveBack(
  rules: Rules,
  upgrade: Upgrade,
  { by, reason }: Extract<Request, { kind: 'undo' }>,
  seen: Observation,
  now: number,
): Decision {
  const { beforeRelocation } = upgrade.memory.learned;
  const service = seen.services.find((each) => each.name === beforeRelocation?.service.name);
  if (
    beforeRelocation === null ||
    service === undefined ||
    !isSamePath(service.imagePath, beforeRelocation.to)
  ) {
    const because = `asked to move the service back by ${by}: it is not where it was moved to, nothing was changed`;
    const ending: Ending = { end: 'needsAttention', cause: 'not moved back', because, blockers: [] };
    return settle(withoutRequest(upgrade), ending, now);
  }
  if (seen.packageRunning)
    return defer(rules, upgrade, 'busy', `${service.name} runs a package; it is not stopped now`, now);
  const because = `${service.name} was moved back for ${by}: ${reason}`;
  const journal = wayBack(
    { procedure: 'relocation', preImage: beforeRelocation },
    { end: 'skipped', cause: 'moved back', because, blockers: [] },
  );
  return transition(
    withoutRequest(upgrade),
    { phase: 'remedying', journal, retryAt: null, blockers: [] },
    `${service.name} is moved back for ${by}: ${reason}`,
    { learned: { beforeRelocation: null, servicePath: null } },
  );
}

const isSamePath = (one: string, other: string): boolean =>
  executableOf(one).toLowerCase() === executableOf(other).toLowerCase();

function unmark(rules: Rules, upgrade: Upgrade, seen: Observation, now: number): Decision {
  const freed = withoutRequest(upgrade);
  if (prove(rules.files, seen).kind === 'current') return settle(freed, installedMeanwhile, now);
  if (seen.setupPhase === 'upgrade' || seen.setupPhase === 'verifyFiles')
    return transition(
      upgrade,
      { phase: 'unmarking' },
      `its setup phase is ${seen.setupPhase}: the mark is taken back`,
    );
  const because = `its setup phase is ${seen.setupPhase}: it does not install at its next logon`;
  return settle(unmarked(freed), { end: 'cancelled', cause: 'unmarked', because, blockers: [] }, now);
}

const installedMeanwhile: Ending = {
  end: 'upgraded',
  cause: 'proved',
  because: 'it had installed the release before its mark could be taken back: every file has its hash',
  blockers: [],
};

/** Taking a mark back is tried once: whoever asked gets the list of those on which it did not work. */
export function unmarkFailed(upgrade: Upgrade, failure: Failure, now: number): Decision {
  const { request, open } = upgrade.memory;
  if (request?.kind !== 'unmark') return ignore('nobody asked to unmark it');
  const isUnknown = failure.kind !== 'unreachable' && failure.kind !== 'failed';
  if (upgrade.state.phase === 'unmarking' && isUnknown && !open.unanswered)
    return transition(upgrade, { phase: 'looking' }, 'outcome of unmarking not known: looking', {
      open: { unanswered: true },
    });
  const because = `${request.ending.because}; it could not be unmarked: ${failure.message}`;
  return settle(withoutRequest(upgrade), { ...request.ending, because }, now);
}
