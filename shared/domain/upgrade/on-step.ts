import { defer, ignore, transition, settle } from './transitions.ts';
import type { PreImage, SwapPreImage } from '../observation/observation.ts';
import type { Rules } from '../rules/policy.ts';
import {
  bringsFiles,
  isProved,
  type Journal,
  nextStep,
  progressOf,
  type StepName,
  titleOf,
  turnBack,
  waitsForRestart,
  withPreImage,
} from '../remediation/procedure.ts';
import { backoff } from '../rules/backoff.ts';
import type { Ending } from '../outcome/ending.ts';
import type { Decision } from './events.ts';
import type { MemoryChange } from './memory.ts';
import { type Remedying, type Upgrade, withMemory } from './state.ts';
import { attemptAt } from '../remediation/escalation-steps.ts';
import type { Failure } from '../observation/failure.ts';

/** Tries of the way back against a client that answers and refuses, before a person is called. */
const maxRefusals = 5;

/** One step of a procedure is done and proved. */
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
    const because = `${journal.procedure}: ${journal.step} done`;
    return transition(upgrade, { ...state, journal: next, retryAt: null }, because);
  }
  return journal.direction === 'forward'
    ? wentForward(upgrade, journal, now)
    : cameBack(rules, upgrade, { ...state, journal }, now);
}

/** The intent stays on the client: whoever finds it there without this record goes on with it. */
function awaitRestart(upgrade: Upgrade, { preImage }: Journal): Decision {
  const bootId = upgrade.memory.learned.lastLook?.bootId ?? '';
  const because = 'the new files take their places at the next start of the client';
  return transition(upgrade, { phase: 'looking' }, because, {
    open: { replacing: preImage !== null && 'files' in preImage ? { preImage, bootId } : null },
  });
}

/** Before and after, for whoever reads the audit. */
const newPlaceOf = (preImage: Journal['preImage']): string =>
  preImage !== null && 'to' in preImage
    ? `${preImage.to}, before from ${preImage.from},`
    : 'its new directory';

function wentForward(upgrade: Upgrade, journal: Journal, now: number): Decision {
  const { procedure, preImage, service } = journal;
  const bootId = upgrade.memory.learned.lastLook?.bootId ?? '';
  switch (procedure) {
    case 'relocation':
      return transition(
        upgrade,
        { phase: 'looking' },
        `${service} runs from ${newPlaceOf(preImage)} with its old settings`,
        {
          learned: {
            relocation: 'done',
            beforeRelocation: preImage,
            servicePath: preImage === null ? null : preImage.to,
          },
        },
      );
    case 'workaround':
      return transition(
        upgrade,
        { phase: 'looking' },
        `${service} starts by hand only until the update is done`,
        {
          open: { workaround: preImage === null ? null : { preImage, bootId } },
          learned: { willBlockAgain: true },
        },
      );
    case 'swap':
    case 'replaceAtRestart': {
      const runs = service === '' ? '' : `, and ${service} is as before`;
      return transition(upgrade, { phase: 'looking' }, `the files of the release are in their place${runs}`, {
        open: { mark: { at: now, bootId }, unanswered: false },
      });
    }
  }
}

function cameBack(rules: Rules, upgrade: Upgrade, { journal, blockers }: Remedying, now: number): Decision {
  const whole = withMemory(upgrade, afterBack(upgrade, journal));
  if (journal.ending !== null) return settle(whole, journal.ending, now);
  const because = `${journal.service === '' ? 'the client' : journal.service} is exactly as it was before`;
  if (journal.turnedAt === null) return transition(whole, { phase: 'looking' }, because);
  // It would not stop, so it is likely to be busy (Q173073); asking again at once would only be refused again.
  const failed = journal.turnedBecause ?? `${journal.service} could not be stopped`;
  if (journal.turnedAt === 'stop') return defer(rules, whole, 'busy', `${failed}; ${because}`, now, blockers);
  return bringsFiles(journal)
    ? defer(rules, whole, 'download', `${failed}; ${because}`, now, blockers)
    : transition(whole, { phase: 'looking' }, because);
}

/** A relocation that could not even stop the service changed nothing and may be tried again; so may files that could not be brought. */
function afterBack({ memory }: Upgrade, journal: Journal): MemoryChange {
  const { procedure, service, turnedAt } = journal;
  const tried = memory.history.tried.filter((each) => each !== attemptAt(procedure, service));
  if (procedure === 'workaround') return { open: { workaround: null } };
  if (procedure === 'replaceAtRestart')
    return { open: { replacing: null }, history: goesOnAfter(journal, turnedAt) ? { tried } : {} };
  if (procedure === 'swap' || turnedAt === 'record') return {};
  return turnedAt === 'stop' ? { history: { tried } } : { learned: { relocation: 'undone' } };
}

/**
 * A step did not succeed. A client that could not be reached, or whose answer is unknown, is tried again at the same step (a step
 * looks before it acts). A client that answered and refused turns the procedure round; on the way back it is asked again.
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
  // The old files can not be put back while a program holds the new ones: that is waited for as it is before an update.
  const isHeld = refused && journal.step === 'restoreFiles';
  const patience = isHeld ? program.budget : refused ? maxRefusals : unreachable.budget;
  if (failures > patience)
    return refused && journal.step === 'startAgain'
      ? leaveDown(upgrade, state, failure)
      : leaveOpen(upgrade, state, failure, now);
  const retryAt = now + backoff(isHeld ? program : unreachable, Math.min(journal.failures, 8), 0.5);
  const because = `${journal.procedure} waits at ${progressOf(journal)}: ${failure.message}`;
  return transition(upgrade, { ...state, journal: { ...journal, failures }, retryAt }, because);
}

function turnRound(upgrade: Upgrade, state: Remedying, failure: Failure): Decision {
  const { journal, blockers } = state;
  const because = `${titleOf(journal)} failed at ${progressOf(journal)}: ${failure.message}`;
  const cause = `${journal.procedure} failed at ${journal.step}`;
  const ending: Ending = { end: 'needsAttention', cause, because, blockers };
  const done = journal.step === 'record' ? 'nothing was changed' : 'undone';
  const back = goesOnAfter(journal, journal.step)
    ? turnBack(journal, null, because)
    : turnBack(journal, { ...ending, because: `${because}; ${done}` });
  return transition(upgrade, { ...state, journal: back, retryAt: null }, `${because}; going back`);
}

/**
 * May it be tried again, or something else? After the workaround the ladder has another step, a service that will not stop now may stop
 * later, and files that could not be brought may come next time. New files with which the service does not run will not run next time.
 */
function goesOnAfter(journal: Journal, step: StepName | null): boolean {
  if (bringsFiles(journal)) return step !== 'start' && step !== 'prove';
  return step !== 'record' && (journal.procedure === 'workaround' || step === 'stop');
}

/**
 * The service has its old settings and will not start any more, as when its account has lost the right to log on as a service
 * (Q191328). Only a person can mend that, so the rest of the way back is gone, and the person is called.
 */
function leaveDown(upgrade: Upgrade, state: Remedying, failure: Failure): Decision {
  const { journal, blockers } = state;
  const down = `${journal.service} has its old settings and does not start: ${failure.message}`;
  const because = journal.ending === null ? down : `${journal.ending.because}; ${down}`;
  const cause = 'the service does not start again';
  const ending: Ending = { end: 'needsAttention', cause, because, blockers };
  const next = nextStep({ ...journal, ending });
  return next === null
    ? ignore('the last step of a way back is never to start a service')
    : transition(upgrade, { ...state, journal: next, retryAt: null }, down);
}

/** Patience is spent with a procedure open. Its intent and pre-image stand on the client: the next look there ends it. */
function leaveOpen(
  upgrade: Upgrade,
  { journal, blockers }: Remedying,
  failure: Failure,
  now: number,
): Decision {
  const because =
    `unfinished ${titleOf(journal)} at ${progressOf(journal)}: ${failure.message}; ` +
    'the pre-image stands on the client, the next look there goes on';
  const ending: Ending = {
    end: 'needsAttention',
    cause: `unfinished ${journal.procedure}`,
    because,
    blockers,
  };
  return transition(upgrade, { phase: 'settled', at: now, ...ending }, because);
}
