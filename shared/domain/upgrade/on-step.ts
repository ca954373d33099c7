import type { Failure } from '../observation/failure.ts';
import type { PreImage, SwapPreImage } from '../observation/observation.ts';
import type { Ending } from '../outcome/ending.ts';
import { attemptAt } from '../remediation/escalation-steps.ts';
import {
  bringsFiles,
  isProved,
  type Journal,
  nextStep,
  type StepName,
  stepsOf,
  turnBack,
  waitsForRestart,
  withPreImage,
} from '../remediation/procedure.ts';
import { procedureWords, progressOf, stepWords, titleOf, waitsAt } from '../remediation/procedure-words.ts';
import { backoff } from '../rules/backoff.ts';
import type { Rules } from '../rules/policy.ts';
import type { Decision } from './events.ts';
import type { Learned, MemoryChange } from './memory.ts';
import { withMoved, withoutMoved } from './moved-services.ts';
import { type Remedying, type Upgrade, withMemory } from './state.ts';
import { defer, ignore, settle, settleNow, transition } from './transitions.ts';

/** Tries of a step of the way back that the client refuses, before the upgrade needs attention. */
const maxRefusals = 5;

/**
 * A step of a procedure is done and proved.
 * @param preImage what step `record` read; null after every other step
 */
export function stepDone(
  rules: Rules,
  upgrade: Upgrade,
  state: Remedying,
  preImage: PreImage | SwapPreImage | null,
  now: number,
): Decision {
  const journal = withPreImage(state.journal, preImage);
  if (waitsForRestart(journal)) return awaitRestart(upgrade, journal);
  const next = nextStep(journal);
  if (next !== null) {
    const because = `${procedureWords[journal.procedure]}: step "${stepWords[journal.step]}" done`;
    return transition(upgrade, { ...state, journal: next, retryAt: null }, because);
  }
  return journal.direction === 'forward'
    ? endForward(upgrade, journal, now)
    : endBack(rules, upgrade, { ...state, journal }, now);
}

/**
 * The intent stays on the client: a driver that finds it without this record finishes the
 * procedure.
 */
function awaitRestart(upgrade: Upgrade, { preImage }: Journal): Decision {
  const bootId = upgrade.memory.learned.lastLook?.bootId ?? '';
  const because = 'the new files take their places at the next start of the client';
  return transition(upgrade, { phase: 'looking' }, because, {
    open: { replacing: preImage !== null && 'files' in preImage ? { preImage, bootId } : null },
  });
}

/** The path before and after, for the audit. */
const pathsOf = (preImage: Journal['preImage']): string =>
  preImage !== null && 'to' in preImage
    ? `${preImage.to}, before from ${preImage.from},`
    : 'its new directory';

/** The last step of the way forward is done. */
function endForward(upgrade: Upgrade, journal: Journal, now: number): Decision {
  const { procedure, preImage, service } = journal;
  const bootId = upgrade.memory.learned.lastLook?.bootId ?? '';
  const look = { phase: 'looking' } as const;
  switch (procedure) {
    case 'relocation': {
      const because = `${service} runs from ${pathsOf(preImage)} with its old settings`;
      const { learned } = upgrade.memory;
      return transition(upgrade, look, because, {
        learned: preImage === null ? { relocation: 'done' } : withMoved(learned, preImage),
      });
    }
    case 'workaround':
      return transition(upgrade, look, `${service} starts by hand only until the update is done`, {
        open: { workaround: preImage === null ? null : { preImage, bootId } },
        learned: { willBlockAgain: true },
      });
    case 'swap':
    case 'replaceAtRestart': {
      const runs = service === '' ? '' : `, and ${service} is as before`;
      return transition(upgrade, look, `the files of the release are in their place${runs}`, {
        open: { mark: { at: now, bootId }, unanswered: false },
      });
    }
  }
}

/** The last step of the way back is done: the client is as it was before the procedure. */
function endBack(rules: Rules, upgrade: Upgrade, { journal, blockers }: Remedying, now: number): Decision {
  const whole = withMemory(upgrade, memoryAfterBack(upgrade, journal));
  if (journal.ending !== null) return settle(withoutUndo(whole), journal.ending, now);
  const because = `${journal.service === '' ? 'the client' : journal.service} is exactly as it was before`;
  if (journal.turnedAt === null) return transition(whole, { phase: 'looking' }, because);
  // A service that does not stop is likely to be busy (Q173073): it would refuse again at once.
  const failed = journal.turnedBecause ?? `${journal.service} could not be stopped`;
  if (journal.turnedAt === 'stop') return defer(rules, whole, 'busy', `${failed}; ${because}`, now, blockers);
  return bringsFiles(journal)
    ? defer(rules, whole, 'download', `${failed}; ${because}`, now, blockers)
    : transition(whole, { phase: 'looking' }, because);
}

/** An undo that does not get on ends: what is not moved back yet can be asked for again. */
const withoutUndo = (upgrade: Upgrade): Upgrade =>
  upgrade.memory.request?.kind === 'undo' ? withMemory(upgrade, { request: null }) : upgrade;

/**
 * A relocation that could not even stop the service changed nothing, so it may be tried again; the
 * same holds for files that could not be brought.
 */
function memoryAfterBack({ memory }: Upgrade, journal: Journal): MemoryChange {
  const { procedure, service, turnedAt } = journal;
  const tried = memory.history.tried.filter((each) => each !== attemptAt(procedure, service));
  if (procedure === 'workaround') return { open: { workaround: null } };
  if (procedure === 'replaceAtRestart')
    return { open: { replacing: null }, history: mayTryAgain(journal, turnedAt) ? { tried } : {} };
  if (procedure === 'swap' || turnedAt === 'record') return {};
  return turnedAt === 'stop' ? { history: { tried } } : { learned: withoutMoved(memory.learned, service) };
}

/**
 * A step failed. Where the client was not reached, or its response is not known, the same step is
 * tried again (a step looks before it acts). Where the client responded and refused, the procedure
 * turns back; on the way back the step is tried again.
 */
export function stepFailed(
  rules: Rules,
  upgrade: Upgrade,
  state: Remedying,
  failure: Failure,
  now: number,
): Decision {
  if (failure.kind === 'fenced') return ignore('another driver has taken over');
  const { journal } = state;
  const failures = journal.failures + 1;
  const refused = failure.kind === 'failed';
  if (refused && journal.direction === 'forward' && !isProved(journal))
    return turnRound(upgrade, state, failure);
  const { program, unreachable } = rules.policy.deferrals;
  // A program has the new files open, so the old ones cannot be put back: the wait for the program
  // is as long as before an update.
  const isFileInUse = refused && journal.step === 'restoreFiles';
  const patience = isFileInUse ? program.budget : refused ? maxRefusals : unreachable.budget;
  if (failures > patience)
    return refused && journal.step === 'startAgain'
      ? leaveServiceDown(upgrade, state, failure)
      : settleUnfinished(upgrade, state, failure, now);
  const retryAt = now + backoff(isFileInUse ? program : unreachable, Math.min(journal.failures, 8), 0.5);
  const because = `${waitsAt(journal)}${failure.message}`;
  return transition(upgrade, { ...state, journal: { ...journal, failures }, retryAt }, because);
}

/** The client refused a step of the way forward: the procedure goes back. */
function turnRound(upgrade: Upgrade, state: Remedying, failure: Failure): Decision {
  const { journal, blockers } = state;
  const because = `${titleOf(journal)} failed at ${progressOf(journal)}: ${failure.message}`;
  const cause = `${procedureWords[journal.procedure]} failed at ${stepWords[journal.step]}`;
  const ending: Ending = { end: 'needsAttention', cause, because, blockers };
  const done = journal.step === 'record' ? 'nothing was changed' : 'undone';
  const back = mayTryAgain(journal, journal.step)
    ? turnBack(journal, null, because)
    : turnBack(journal, { ...ending, because: `${because}; ${done}` });
  return transition(upgrade, { ...state, journal: back, retryAt: null }, `${because}; going back`);
}

/**
 * May the upgrade go on after this way back? After the workaround the ladder has another step. A
 * service that does not stop now may stop later. Files that could not be brought may come next
 * time, but new files with which the service does not run will not run next time.
 */
function mayTryAgain(journal: Journal, step: StepName | null): boolean {
  if (bringsFiles(journal)) return step !== 'start' && step !== 'prove';
  return step !== 'record' && (journal.procedure === 'workaround' || step === 'stop');
}

/**
 * The service has its old settings and does not run, for example because its account has lost the
 * right to log on as a service (Q191328). Only a person can mend that: the rest of the way back is
 * done, then the upgrade needs attention.
 */
function leaveServiceDown(upgrade: Upgrade, state: Remedying, failure: Failure): Decision {
  const { journal, blockers } = state;
  const down = `${journal.service} has its old settings and does not keep running: ${failure.message}`;
  const because = journal.ending === null ? down : `${journal.ending.because}; ${down}`;
  const cause = 'the service does not start again';
  const ending: Ending = { end: 'needsAttention', cause, because, blockers };
  const next = nextStep({ ...journal, ending });
  return next === null
    ? ignore('the last step of a way back is never to start a service')
    : transition(upgrade, { ...state, journal: next, retryAt: null }, down);
}

/**
 * The tries are spent with a procedure open. Its intent and pre-image stay on the client, and the
 * next look there finishes it.
 */
function settleUnfinished(
  upgrade: Upgrade,
  { journal, blockers }: Remedying,
  failure: Failure,
  now: number,
): Decision {
  const because =
    firstReason(journal) +
    `unfinished ${titleOf(journal)} at ${progressOf(journal)}: ${failure.message}; ` +
    (isPointedBack(journal)
      ? `${journal.service} has its old image path and start type, so it is as before after the next start of the client; `
      : '') +
    'the pre-image stands on the client, the next look there goes on';
  const cause = `unfinished ${procedureWords[journal.procedure]}`;
  const unfinished = withMemory(withoutUndo(upgrade), {
    open: { unfinished: true },
    learned: learnedUnfinished(upgrade, journal),
  });
  return settleNow(unfinished, { end: 'needsAttention', cause, because, blockers }, now);
}

/** Has a relocation on its way back given the service its old image path? */
const isPointedBack = ({ procedure, direction, step }: Journal): boolean =>
  procedure === 'relocation' && direction === 'back' && step !== 'pointBack';

/**
 * What an unfinished relocation leaves behind: the report must not say that no service was
 * relocated where the image path leads, or may lead, to the new place.
 */
function learnedUnfinished({ memory: { learned } }: Upgrade, journal: Journal): Partial<Learned> {
  const { preImage, service } = journal;
  if (journal.procedure !== 'relocation' || preImage === null || !('to' in preImage)) return {};
  if (isPointedBack(journal)) return withoutMoved(learned, service);
  return mayBeRepointed(journal) ? withMoved(learned, preImage) : {};
}

function mayBeRepointed({ procedure, direction, step, turnedAt }: Journal): boolean {
  const forward = stepsOf(procedure, 'forward');
  const reached = direction === 'forward' ? step : (turnedAt ?? 'close');
  return forward.indexOf(reached) >= forward.indexOf('repoint');
}

/** Why the procedure went back: what failed later on the way back is only what followed. */
function firstReason({ direction, ending, turnedBecause }: Journal): string {
  const reason = turnedBecause ?? ending?.because.replace(/; undone$/, '');
  return direction === 'forward' || reason === undefined ? '' : `${reason}; `;
}
