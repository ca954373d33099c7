import { ignore, move, settle } from './defer.ts';
import type { PreImage } from './observation.ts';
import type { Rules } from './policy.ts';
import { type Journal, nextStep, progressOf, turnBack } from './procedure.ts';
import { backoff } from './retry.ts';
import type { Decision, Failure, Upgrade } from './upgrade.ts';

/** Tries of the way back against a client that answers and refuses, before a person is called. */
const maxRefusals = 5;

/** One step of a procedure is done and proved. */
export function stepDone(
  upgrade: Upgrade,
  journal: Journal,
  preImage: PreImage | null,
  now: number,
): Decision {
  const known: Journal = { ...journal, preImage: preImage ?? journal.preImage };
  const next = nextStep(known);
  if (next !== null)
    return move(
      upgrade,
      { phase: 'remedying', journal: next, retryAt: null },
      `${journal.procedure}: ${journal.step} done`,
    );
  return journal.direction === 'forward' ? wentForward(upgrade, known) : cameBack(upgrade, known, now);
}

function wentForward(upgrade: Upgrade, { procedure, preImage, service }: Journal): Decision {
  if (procedure === 'relocation') {
    return move(
      upgrade,
      { phase: 'looking' },
      `${service} runs from its new directory with its old settings`,
      {
        relocation: 'done',
        servicePath: preImage === null ? null : preImage.to,
      },
    );
  }
  const bootId = upgrade.memory.lastLook?.bootId ?? '';
  return move(upgrade, { phase: 'looking' }, `${service} starts by hand only until the update is done`, {
    workaround: preImage === null ? null : { preImage, bootId },
    willBlockAgain: true,
  });
}

function cameBack(upgrade: Upgrade, journal: Journal, now: number): Decision {
  const whole: Upgrade = {
    ...upgrade,
    memory: { ...upgrade.memory, workaround: null, ...afterBack(upgrade, journal) },
  };
  if (journal.ending !== null) return settle(whole, journal.ending, now);
  return move(whole, { phase: 'looking' }, `${journal.service} is exactly as it was before`);
}

/** A relocation that could not even stop the service changed nothing and may be tried again. */
function afterBack({ memory }: Upgrade, journal: Journal): Partial<Upgrade['memory']> {
  if (journal.procedure === 'workaround') return {};
  return journal.turnedAt === 'stop'
    ? { tried: memory.tried.filter((each) => each !== 'relocation') }
    : { relocation: 'undone' };
}

/**
 * A step did not succeed. A client that could not be reached, or whose answer is unknown, is tried again at the same step (a step
 * looks before it acts). A client that answered and refused turns the procedure round; on the way back it is asked again.
 */
export function stepFailed(
  rules: Rules,
  upgrade: Upgrade,
  journal: Journal,
  failure: Failure,
  now: number,
): Decision {
  if (failure.kind === 'fenced') return ignore('another driver has taken over');
  const failures = journal.failures + 1;
  const refused = failure.kind === 'failed';
  if (refused && journal.direction === 'forward') return turnRound(upgrade, journal, failure, now);
  const patience = refused ? maxRefusals : rules.policy.deferrals.unreachable.budget;
  if (failures > patience) return leaveOpen(upgrade, journal, failure, now);
  const retryAt = now + backoff(rules.policy.deferrals.unreachable, Math.min(journal.failures, 8), 0.5);
  const because = `${journal.procedure} waits at ${progressOf(journal)}: ${failure.message}`;
  return move(upgrade, { phase: 'remedying', journal: { ...journal, failures }, retryAt }, because);
}

function turnRound(upgrade: Upgrade, journal: Journal, failure: Failure, now: number): Decision {
  const because = `${journal.procedure} of ${journal.service} failed at ${progressOf(journal)}: ${failure.message}`;
  const ending = {
    end: 'needsAttention',
    cause: `${journal.procedure} failed at ${journal.step}`,
    because,
    blockers: [],
  } as const;
  if (journal.step === 'record') return settle(upgrade, ending, now);
  // A service that will not stop now may stop later (Q173073: a package is running).
  const back = turnBack(
    journal,
    journal.step === 'stop' ? null : { ...ending, because: `${because}; undone` },
  );
  return move(upgrade, { phase: 'remedying', journal: back, retryAt: null }, `${because}; going back`);
}

/** Patience is spent with a procedure open. Its intent and pre-image stand on the client: the next look there ends it. */
function leaveOpen(upgrade: Upgrade, journal: Journal, failure: Failure, now: number): Decision {
  const because =
    `unfinished ${journal.procedure} of ${journal.service} at ${progressOf(journal)}: ${failure.message}; ` +
    'the pre-image stands on the client, the next look there goes on';
  const ending = {
    end: 'needsAttention',
    cause: `unfinished ${journal.procedure}`,
    because,
    blockers: [],
  } as const;
  return move(upgrade, { phase: 'settled', at: now, ...ending }, because);
}
