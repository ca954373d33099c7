import { describeBlocker } from '../observation/blocker.ts';
import { heldByWindow, withinWindow } from './closed-window.ts';
import { defer, ignore, transition } from './transitions.ts';
import { restNotice, toldOf } from './escalate.ts';
import { onObservation } from './on-observation.ts';
import { onStaleJournal } from './stale-journal.ts';
import type { Rules } from '../rules/policy.ts';
import { stepDone, stepFailed } from './on-step.ts';
import { asRequested, endRequested, unmarkFailed } from './requests.ts';
import { awaitReturn, restartAnswered } from './restart.ts';
import type { Decision, UpgradeEvent } from './events.ts';
import type { Open } from './memory.ts';
import { type Upgrade, withMemory } from './state.ts';
import type { Failure } from '../observation/failure.ts';

/**
 * The decider: what an event means for an upgrade. Pure; every (state, event) pair has an answer, and delivery is at least
 * once, so a repeated or late event is normal and is answered `ignored`, with the reason.
 * @param now policy time in milliseconds
 */
export function decide(rules: Rules, upgrade: Upgrade, event: UpgradeEvent, now: number): Decision {
  const decision = answer(rules, upgrade, event, now);
  // What is open on the client must be seen before anything may end.
  if (event.type === 'JournalFoundStale') return decision;
  return withinWindow(rules, upgrade, asRequested(rules, upgrade, decision, now), now);
}

function answer(rules: Rules, upgrade: Upgrade, event: UpgradeEvent, now: number): Decision {
  switch (event.type) {
    case 'Activated':
      return activated(rules, upgrade, now);
    case 'WorkerStopped':
      return workerStopped(rules, upgrade, now);
    case 'CheckedIn':
      return checkedIn(upgrade);
    case 'EndRequested':
      return endRequested(upgrade, event.ending);
    case 'ClientObserved':
      return upgrade.state.phase === 'looking'
        ? onObservation(rules, upgrade, event.observation, now)
        : late(upgrade, event);
    case 'LookFailed':
      return upgrade.state.phase === 'looking'
        ? lookFailed(rules, upgrade, event.failure, now)
        : late(upgrade, event);
    case 'ClientMarked':
      return upgrade.state.phase === 'marking' ? marked(upgrade, now, 'marked') : late(upgrade, event);
    case 'ClientUnmarked':
      return upgrade.state.phase === 'unmarking'
        ? transition(upgrade, { phase: 'looking' }, 'unmarked: looking whether it is so')
        : late(upgrade, event);
    case 'UpdateRan':
      return upgrade.state.phase === 'updating'
        ? marked(upgrade, now, 'the update ran')
        : late(upgrade, event);
    case 'RestartOrdered':
      return upgrade.state.phase === 'ordering'
        ? restartAnswered(rules, upgrade, null, now)
        : late(upgrade, event);
    case 'UsersNotified':
      return notified(rules, upgrade, event, now);
    case 'CommandFailed':
      return commandFailed(rules, upgrade, event, now);
    case 'StepDone':
      return atStep(upgrade, event) ?? stepEvent(rules, upgrade, event, now);
    case 'StepFailed':
      return atStep(upgrade, event) ?? stepEvent(rules, upgrade, event, now);
    case 'JournalFoundStale':
      return onStaleJournal(upgrade, event.step);
  }
}

/** A worker took the lease. What was asked of the client before and is not known to be answered is looked at, never repeated. */
function activated(rules: Rules, upgrade: Upgrade, now: number): Decision {
  const { state } = upgrade;
  switch (state.phase) {
    case 'looking':
      return heldByWindow(rules, upgrade, now) ?? ignore('it is about to be looked at anyway');
    case 'marking':
    case 'updating':
      return unanswered(upgrade, 'the worker was lost');
    case 'unmarking':
      return transition(upgrade, { phase: 'looking' }, 'outcome of unmarking not known: looking', {
        open: { unanswered: true },
      });
    case 'ordering':
      return transition(upgrade, { phase: 'looking' }, 'outcome of the restart order not known: looking');
    case 'notifying':
      // It can not be seen whether users were told. Telling them twice is worse than counting the notice from now.
      return tell(rules, upgrade, now);
    case 'restarting':
      return transition(upgrade, { phase: 'looking' }, 'time to see whether it is back');
    case 'deferred':
      return (
        heldByWindow(rules, upgrade, now) ??
        transition(upgrade, { phase: 'looking' }, `deferral over (${state.class})`)
      );
    case 'remedying':
      return state.retryAt === null
        ? ignore('the step looks before it acts: it is run again')
        : transition(
            upgrade,
            { ...state, retryAt: null },
            `${state.journal.procedure}: trying ${state.journal.step} again`,
          );
    case 'settled':
      return ignore(`already settled: ${state.end}`);
  }
}

/** A command was given up by its own worker. As after a crash a look comes first, but it is not held against the client. */
function workerStopped(rules: Rules, upgrade: Upgrade, now: number): Decision {
  switch (upgrade.state.phase) {
    case 'marking':
    case 'updating':
      return unanswered(upgrade, 'its worker stopped', 'workerStopped');
    case 'unmarking':
    case 'ordering':
    case 'notifying':
      return activated(rules, upgrade, now);
    case 'looking':
    case 'restarting':
    case 'deferred':
    case 'remedying':
    case 'settled':
      return ignore('nothing was done that is not done again, or looked at first');
  }
}

/** A check-in causes a look at once; it never proves anything by itself. */
function checkedIn(upgrade: Upgrade): Decision {
  const { phase } = upgrade.state;
  return phase === 'deferred' || phase === 'restarting'
    ? transition(upgrade, { phase: 'looking' }, 'the client checked in')
    : ignore(phase === 'settled' ? 'already settled' : `${phase}: the next look comes anyway`);
}

function lookFailed(rules: Rules, upgrade: Upgrade, failure: Failure, now: number): Decision {
  const { open, request } = upgrade.memory;
  if (request?.kind === 'unmark') return unmarkFailed(upgrade, failure, now);
  const isSilent = failure.kind === 'unreachable' || failure.kind === 'timedOut';
  // Only silence says that it has not come back; half an answer, or a wrong one, is a look that has to be made again.
  if (open.restart !== null && (isSilent || now < open.restart.deadline))
    return awaitReturn(rules, upgrade, open.restart, failure, now);
  if (isSilent) {
    return defer(rules, upgrade, 'unreachable', failure.message, now);
  }
  const blocker = { kind: 'couldNotLook', error: failure.message } as const;
  return defer(rules, upgrade, 'couldNotLook', describeBlocker(blocker), now, [blocker]);
}

/** The update command may or may not have run; only a look can tell. */
const unanswered = (upgrade: Upgrade, because: string, how: Open['unanswered'] = true): Decision =>
  transition(
    upgrade,
    { phase: 'looking' },
    `outcome of ${upgrade.state.phase} not known (${because}): looking`,
    {
      open: { unanswered: how },
    },
  );

const marked = (upgrade: Upgrade, now: number, because: string): Decision =>
  transition(upgrade, { phase: 'looking' }, because, {
    open: { mark: { at: now, bootId: upgrade.memory.learned.lastLook?.bootId ?? '' }, unanswered: false },
  });

function notified(rules: Rules, upgrade: Upgrade, event: UpgradeEvent, now: number): Decision {
  return upgrade.state.phase === 'notifying' ? tell(rules, upgrade, now) : late(upgrade, event);
}

function tell(rules: Rules, upgrade: Upgrade, now: number, failure?: Failure): Decision {
  const blockers = upgrade.state.phase === 'notifying' ? upgrade.state.blockers : [];
  const because = failure === undefined ? toldOf(blockers) : `users could not be told (${failure.message})`;
  const notified = withMemory(upgrade, { history: { notifiedAt: now } });
  return restNotice(notified, blockers, now + rules.policy.noticeMs, because);
}

/** A command that is not a step failed: nothing was done (unreachable, refused), or the outcome is unknown and a look tells. */
function commandFailed(
  rules: Rules,
  upgrade: Upgrade,
  event: { type: 'CommandFailed'; failure: Failure },
  now: number,
): Decision {
  const { failure } = event;
  switch (upgrade.state.phase) {
    case 'ordering':
      return restartAnswered(rules, upgrade, failure, now);
    case 'unmarking':
      return unmarkFailed(upgrade, failure, now);
    case 'marking':
    case 'updating':
      if (failure.kind === 'unreachable') return defer(rules, upgrade, 'unreachable', failure.message, now);
      if (failure.kind === 'failed')
        return defer(rules, upgrade, 'download', `the update command failed: ${failure.message}`, now);
      return unanswered(upgrade, failure.message);
    case 'notifying':
      if (failure.kind === 'unreachable') return defer(rules, upgrade, 'unreachable', failure.message, now);
      return tell(rules, upgrade, now, failure);
    case 'looking':
    case 'restarting':
    case 'deferred':
    case 'remedying':
    case 'settled':
      return late(upgrade, event);
  }
}

type StepEvent = Extract<UpgradeEvent, { type: 'StepDone' | 'StepFailed' }>;

/** Null when the event belongs to the step the journal stands at; else the reason to ignore it. */
function atStep({ state }: Upgrade, event: StepEvent): Decision | null {
  if (state.phase !== 'remedying') return ignore(`${event.type} while ${state.phase}`);
  return state.journal.step === event.step
    ? null
    : ignore(`${event.step} while the journal stands at ${state.journal.step}`);
}

function stepEvent(rules: Rules, upgrade: Upgrade, event: StepEvent, now: number): Decision {
  if (upgrade.state.phase !== 'remedying') return late(upgrade, event);
  return event.type === 'StepDone'
    ? stepDone(rules, upgrade, upgrade.state, event.preImage, now)
    : stepFailed(rules, upgrade, upgrade.state, event.failure, now);
}

const late = ({ state }: Upgrade, event: UpgradeEvent): Decision =>
  ignore(`${event.type} while ${state.phase}`);
