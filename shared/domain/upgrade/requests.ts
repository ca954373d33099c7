import type { Failure } from '../observation/failure.ts';
import type { Observation, PreImage } from '../observation/observation.ts';
import { prove } from '../observation/proof.ts';
import { setupPhaseWords } from '../observation/words.ts';
import { type Ending, isUpToDate } from '../outcome/ending.ts';
import { wayBack } from '../remediation/procedure.ts';
import type { Rules } from '../rules/policy.ts';
import { isoOf } from '../time/iso-time.ts';
import { withoutPlan } from './closed-window.ts';
import type { Decision } from './events.ts';
import { mayBeMarked, type Memory, openOnClient, type Request } from './memory.ts';
import { isWhereMoved, movedServices } from './moved-services.ts';
import { beginsSomething } from './placement.ts';
import { type Upgrade, withMemory, withoutMark } from './state.ts';
import { beginProcedure, defer, ignore, settle, settleNow, transition } from './transitions.ts';

/**
 * What a person wants of a client instead of its upgrade: that the upgrade ends, that the service
 * is relocated back, that the mark is taken back. An open procedure and an ordered restart are
 * finished first.
 */

/**
 * Notes that the upgrade is to end. `endIfRequested` settles it when nothing is open on the client.
 */
export function endRequested(upgrade: Upgrade, ending: Ending): Decision {
  const { phase } = upgrade.state;
  if (phase === 'settled') return ignore('already settled');
  const { request: present, open } = upgrade.memory;
  // A mark or a relocation that is being taken back is never cut short.
  if (present !== null) return ignore(alreadyRequested[present.kind]);
  const request: Request = { kind: 'end', ending };
  // The command may be running, or its driver is dead: the outcome is not known.
  if (phase === 'ordering') return transition(upgrade, { phase: 'looking' }, ending.because, { request });
  const unanswered = open.unanswered || phase === 'marking' || phase === 'updating';
  return transition(upgrade, upgrade.state, ending.because, { request, open: { unanswered } });
}

const alreadyRequested: Readonly<Record<Request['kind'], string>> = {
  end: 'it has been asked to end already',
  undo: 'its service is being moved back first',
  unmark: 'its mark is being taken back first',
};

/**
 * Settles an upgrade that is to end, unless something is open on the client. A step that was only
 * planned does not begin.
 */
export function endIfRequested(before: Upgrade, decision: Decision, now: number): Decision {
  if (decision.kind !== 'changed') return decision;
  const { request } = decision.upgrade.memory;
  if (request?.kind !== 'end' || mustGoOnFirst(decision.upgrade)) return decision;
  const upgrade = withoutPlan(before, decision.upgrade);
  return settle(withoutRequest(upgrade), request.ending, now);
}

/**
 * Is there a procedure or a restart to finish before the upgrade may end, or has it ended? A look
 * has to find out about a procedure of which the record knows no step.
 */
const mustGoOnFirst = (upgrade: Upgrade): boolean => {
  const { state, memory } = upgrade;
  if (state.phase === 'settled') return true;
  if (beginsSomething(upgrade)) return false;
  if (state.phase === 'remedying') return true;
  return openOnClient(memory).some((name) => name === 'restart' || name === 'unfinished');
};

const withoutRequest = (upgrade: Upgrade): Upgrade => withMemory(upgrade, { request: null });

/**
 * A mark outlives its campaign: the client installs at its next logon (Q168463). A settled upgrade
 * keeps its end and cause, and this fact stands beside them.
 */
export function noteLeftMark(rules: Rules, decision: Decision): Decision {
  if (decision.kind !== 'changed') return decision;
  const { upgrade, because } = decision;
  const { state, memory } = upgrade;
  if (state.phase !== 'settled' || isUpToDate(state.end) || !mayBeMarked(memory)) return decision;
  const leftMarked = rules.product.route === 'logon';
  return {
    ...decision,
    upgrade: withMemory(upgrade, { open: { leftMarked } }),
    because: leftMarked ? `${because}; ${inWordsLeftMarked(memory)}` : because,
  };
}

/** Says that a client installs although its upgrade has settled. */
export function inWordsLeftMarked({ open: { mark } }: Memory): string {
  const since = mark === null ? 'it may be marked' : `it is marked since ${isoOf(mark.at)}`;
  return `${since} and WILL install at its next logon unless it is unmarked`;
}

/**
 * What a look means for a client of which a person wants something else than its upgrade.
 * @returns null where the upgrade goes on
 */
export function followRequest(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  now: number,
): Decision | null {
  const { request } = upgrade.memory;
  switch (request?.kind) {
    case 'undo':
      return undoRelocations(rules, upgrade, request, seen, now);
    case 'unmark':
      return unmark(rules, upgrade, seen, now);
    case 'end':
    case undefined:
      return null;
  }
}

type Undo = Extract<Request, { kind: 'undo' }>;

/**
 * Relocates each moved service back that still is where servpack has put it, the newest relocation
 * first: another person may have changed a service since.
 */
function undoRelocations(
  rules: Rules,
  upgrade: Upgrade,
  request: Undo,
  seen: Observation,
  now: number,
): Decision {
  const moved = movedServices(upgrade.memory.learned);
  const preImage = moved.find((each) => seen.services.some((service) => isWhereMoved(service, each)));
  if (preImage === undefined)
    return settle(withoutRequest(upgrade), notMovedBack(request, moved.map(serviceName)), now);
  const { name } = preImage.service;
  if (seen.packageRunning)
    return defer(rules, upgrade, 'busy', `${name} runs a package; it is not stopped now`, now);
  const movedBack = [...(request.movedBack ?? []), name];
  const isLast = moved.length === 1;
  const journal = wayBack(
    { procedure: 'relocation', preImage },
    isLast ? allMovedBack(request, movedBack) : null,
  );
  return beginProcedure(upgrade, journal, `${name} is moved back for ${request.by}: ${request.reason}`, {
    change: { request: isLast ? null : { ...request, movedBack } },
  });
}

const serviceName = ({ service }: PreImage): string => service.name;

/** What became of the upgrade stays; that its services were moved back is a further fact. */
function allMovedBack({ by, reason, ending }: Undo, names: readonly string[]): Ending {
  const what = `${names.join(' and ')} ${names.length === 1 ? 'was' : 'were'} moved back for ${by}: ${reason}`;
  return ending === undefined
    ? { end: 'skipped', cause: 'moved back', because: what, blockers: [] }
    : { ...ending, because: `${ending.because}; ${what}` };
}

function notMovedBack({ by, movedBack = [] }: Undo, left: readonly string[]): Ending {
  const because =
    movedBack.length === 0
      ? `asked to move the service back by ${by}: it is not where it was moved to, nothing was changed`
      : `${movedBack.join(' and ')} moved back for ${by}; ${left.join(' and ')} is not where it was moved to, and was left alone`;
  return { end: 'needsAttention', cause: 'not moved back', because, blockers: [] };
}

/** Takes the mark back, unless the client has installed the release or is not marked. */
function unmark(rules: Rules, upgrade: Upgrade, seen: Observation, now: number): Decision {
  const { request } = upgrade.memory;
  if (request?.kind !== 'unmark') return ignore('nobody asked to unmark it');
  const freed = withoutRequest(upgrade);
  if (prove(rules.files, seen).kind === 'current') return settle(freed, installedMeanwhile, now);
  const { setupPhase } = seen;
  if (setupPhase === 'upgrade' || setupPhase === 'verifyFiles')
    return transition(
      upgrade,
      { phase: 'unmarking' },
      `its setup phase is ${setupPhaseWords[setupPhase]}: the mark is taken back`,
    );
  const because = `its setup phase is ${setupPhaseWords[setupPhase]}: it does not install at its next logon`;
  return settleAsBefore(withoutMark(freed), request, { isDone: true, because }, now);
}

type Unmark = Extract<Request, { kind: 'unmark' }>;

/** Settles with the ending from before; what became of the mark is a further fact. */
function settleAsBefore(
  upgrade: Upgrade,
  { ending, because: asked }: Unmark,
  unmarked: { readonly isDone: boolean; readonly because: string },
  now: number,
): Decision {
  const { at = now, ...former } = ending;
  const because = `${asked === undefined ? '' : `${asked}: `}${unmarked.because}`;
  const known = withMemory(upgrade, {
    open: { leftMarked: unmarked.isDone ? null : true },
    learned: { unmark: { at: now, isDone: unmarked.isDone, because } },
  });
  return { ...settleNow(known, former, at), because };
}

const installedMeanwhile: Ending = {
  end: 'upgraded',
  cause: 'proved',
  because: 'it had installed the release before its mark could be taken back: every file has its hash',
  blockers: [],
};

/**
 * Taking a mark back failed. It is tried once: the person who asked gets the list of the clients on
 * which it failed.
 */
export function unmarkFailed(upgrade: Upgrade, failure: Failure, now: number): Decision {
  const { request, open } = upgrade.memory;
  if (request?.kind !== 'unmark') return ignore('nobody asked to unmark it');
  const isUnknown = failure.kind !== 'unreachable' && failure.kind !== 'failed';
  if (upgrade.state.phase === 'unmarking' && isUnknown && !open.unanswered)
    return transition(upgrade, { phase: 'looking' }, 'outcome of unmarking not known: looking', {
      open: { unanswered: true },
    });
  const because = `it could not be unmarked: ${failure.message}`;
  return settleAsBefore(withoutRequest(upgrade), request, { isDone: false, because }, now);
}
