import { describeBlocker } from '../observation/blocker.ts';
import type { Failure } from '../observation/failure.ts';
import { procedureWords, stepWords } from '../remediation/procedure-words.ts';
import type { Rules } from '../rules/policy.ts';
import { waitWords } from '../rules/wait-words.ts';
import { withinEnd } from './beyond-end.ts';
import { approvalAnswered, withoutStaleAsk } from './approval.ts';
import { askAfter, awaitHook, onHook } from './client-hook.ts';
import { deferToWindow, withinWindow } from './closed-window.ts';
import { awaitNoticeEnd, usersNotified } from './escalate.ts';
import type { Decision, UpgradeEvent } from './events.ts';
import type { Open } from './memory.ts';
import { noteStep } from './fit.ts';
import { withLearnedLook } from './learned-look.ts';
import { onObservation } from './on-observation.ts';
import { stepDone, stepFailed } from './on-step.ts';
import { phaseWords } from './phase-words.ts';
import { endIfRequested, endRequested, noteLeftMark, unmarkFailed } from './requests.ts';
import { awaitReturn, onRestartResponse } from './restart.ts';
import { onStaleJournal } from './stale-journal.ts';
import { type Upgrade, withMemory } from './state.ts';
import { defer, ignore, transition } from './transitions.ts';
import { noteWait } from './waits.ts';

/**
 * The decider: what an event means for an upgrade. Pure. Every (state, event) pair has an answer.
 * Delivery is at least once, so a repeated or late event is normal: it is `ignored`, with the
 * reason.
 * @param now policy time in milliseconds
 */
export function decide(rules: Rules, upgrade: Upgrade, event: UpgradeEvent, now: number): Decision {
  const happened = onEvent(rules, upgrade, event, now);
  // Only what the hook after a client says is noted then: the end stays.
  if (upgrade.state.phase === 'settled') return happened;
  const wanted = endIfRequested(upgrade, happened, now);
  const planned = withLearnedLook(rules, upgrade, event, withinEnd(rules, upgrade, wanted, now), now);
  const timely = withinWindow(rules, upgrade, planned, now);
  const allowed = withoutStaleAsk(awaitHook(rules, upgrade, timely, now));
  const measured = noteStep(rules.fit, upgrade, allowed, now);
  return askAfter(rules, noteLeftMark(rules, noteWait(measured, now)), now);
}

function onEvent(rules: Rules, upgrade: Upgrade, event: UpgradeEvent, now: number): Decision {
  switch (event.type) {
    case 'Activated':
      return activated(rules, upgrade, now);
    case 'WorkerStopped':
      return workerStopped(rules, upgrade, now);
    case 'CheckedIn':
      return checkedIn(upgrade);
    case 'EndRequested':
      return endRequested(upgrade, event.ending);
    case 'ApprovalAnswered':
      return approvalAnswered(upgrade, event.answer);
    case 'HookBegun':
    case 'HookEnded':
    case 'HookWaived':
      return onHook(upgrade, event, now);
    case 'ClientObserved':
      return upgrade.state.phase === 'looking'
        ? onObservation(rules, upgrade, event.observation, now)
        : ignoreLate(upgrade, event);
    case 'LookFailed':
      return upgrade.state.phase === 'looking'
        ? lookFailed(rules, upgrade, event.failure, now)
        : ignoreLate(upgrade, event);
    case 'ClientMarked':
      return upgrade.state.phase === 'marking'
        ? lookAfterMark(upgrade, now, 'marked')
        : ignoreLate(upgrade, event);
    case 'ClientUnmarked':
      return upgrade.state.phase === 'unmarking'
        ? transition(upgrade, { phase: 'looking' }, 'unmarked: looking whether it is so')
        : ignoreLate(upgrade, event);
    case 'UpdateRan':
      return upgrade.state.phase === 'updating'
        ? lookAfterMark(upgrade, now, 'the update ran')
        : ignoreLate(upgrade, event);
    case 'RestartOrdered':
      return upgrade.state.phase === 'ordering'
        ? onRestartResponse(rules, upgrade, null, now)
        : ignoreLate(upgrade, event);
    case 'UsersNotified':
      return upgrade.state.phase === 'notifying'
        ? beginNotice(rules, upgrade, now)
        : ignoreLate(upgrade, event);
    case 'CommandFailed':
      return commandFailed(rules, upgrade, event, now);
    case 'StepDone':
    case 'StepFailed':
      return onStep(rules, upgrade, event, now);
    case 'JournalFoundStale':
      return onStaleJournal(upgrade, event.step);
  }
}

/**
 * A worker took the lease. A command whose outcome is not known is followed by a look, never by the
 * same command.
 */
function activated(rules: Rules, upgrade: Upgrade, now: number): Decision {
  const { state } = upgrade;
  switch (state.phase) {
    case 'looking':
      return deferToWindow(rules, upgrade, now) ?? ignore('it is about to be looked at anyway');
    case 'marking':
    case 'updating':
      return lookWhetherItRan(upgrade, 'the worker was lost');
    case 'unmarking':
      return transition(upgrade, { phase: 'looking' }, 'outcome of unmarking not known: looking', {
        open: { unanswered: true },
      });
    case 'ordering':
      return transition(upgrade, { phase: 'looking' }, 'outcome of the restart order not known: looking');
    case 'notifying':
      // No look can tell whether users were notified. A second notice is worse than to count from
      // now.
      return beginNotice(rules, upgrade, now);
    case 'restarting':
      return transition(upgrade, { phase: 'looking' }, 'time to see whether it is back');
    case 'deferred':
      return (
        deferToWindow(rules, upgrade, now) ??
        transition(upgrade, { phase: 'looking' }, `deferral over (${waitWords[state.class]})`)
      );
    case 'remedying':
      return state.retryAt === null
        ? ignore('the step looks before it acts: it is run again')
        : transition(
            upgrade,
            { ...state, retryAt: null },
            `${procedureWords[state.journal.procedure]}: trying step "${stepWords[state.journal.step]}" again`,
          );
    case 'settled':
      return ignore(`already settled: ${state.end}`);
  }
}

/**
 * A worker that stops gave its command up. As after a crash a look comes first, but a look that
 * finds nothing done does not count against the client.
 */
function workerStopped(rules: Rules, upgrade: Upgrade, now: number): Decision {
  switch (upgrade.state.phase) {
    case 'marking':
    case 'updating':
      return lookWhetherItRan(upgrade, 'its worker stopped', 'workerStopped');
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
  // Past the deadline only silence proves that the client did not come back. After half an answer,
  // or a wrong one, servpack looks again.
  if (open.restart !== null && (isSilent || now < open.restart.deadline))
    return awaitReturn(rules, upgrade, open.restart, failure, now);
  if (isSilent) return defer(rules, upgrade, 'unreachable', failure.message, now);
  const blocker = { kind: 'couldNotLook', error: failure.message } as const;
  return defer(rules, upgrade, 'couldNotLook', describeBlocker(blocker), now, [blocker]);
}

/** The update command may have run or not; only a look can tell. */
const lookWhetherItRan = (
  upgrade: Upgrade,
  because: string,
  unanswered: Open['unanswered'] = true,
): Decision =>
  transition(
    upgrade,
    { phase: 'looking' },
    `outcome of ${phaseWords[upgrade.state.phase]} not known (${because}): looking`,
    { open: { unanswered } },
  );

const lookAfterMark = (upgrade: Upgrade, now: number, because: string): Decision =>
  transition(upgrade, { phase: 'looking' }, because, {
    open: { mark: { at: now, bootId: upgrade.memory.learned.lastLook?.bootId ?? '' }, unanswered: false },
  });

/**
 * The time that users have before the next step begins now.
 * @param failure why they could not be notified, if so
 */
function beginNotice(rules: Rules, upgrade: Upgrade, now: number, failure?: Failure): Decision {
  const blockers = upgrade.state.phase === 'notifying' ? upgrade.state.blockers : [];
  const because =
    failure === undefined ? usersNotified(blockers) : `users could not be told (${failure.message})`;
  const notified = withMemory(upgrade, { history: { notifiedAt: now } });
  return awaitNoticeEnd(notified, blockers, now + rules.policy.noticeMs, because);
}

/**
 * A command that is not a step failed: either nothing was done (unreachable, refused), or the
 * outcome is not known and a look tells.
 */
function commandFailed(
  rules: Rules,
  upgrade: Upgrade,
  event: Extract<UpgradeEvent, { type: 'CommandFailed' }>,
  now: number,
): Decision {
  const { failure } = event;
  switch (upgrade.state.phase) {
    case 'ordering':
      return onRestartResponse(rules, upgrade, failure, now);
    case 'unmarking':
      return unmarkFailed(upgrade, failure, now);
    case 'marking':
    case 'updating':
      if (failure.kind === 'unreachable') return defer(rules, upgrade, 'unreachable', failure.message, now);
      if (failure.kind === 'failed')
        return defer(rules, upgrade, 'download', `the update command failed: ${failure.message}`, now);
      return lookWhetherItRan(upgrade, failure.message);
    case 'notifying':
      if (failure.kind === 'unreachable') return defer(rules, upgrade, 'unreachable', failure.message, now);
      return beginNotice(rules, upgrade, now, failure);
    case 'looking':
    case 'restarting':
    case 'deferred':
    case 'remedying':
    case 'settled':
      return ignoreLate(upgrade, event);
  }
}

type StepEvent = Extract<UpgradeEvent, { type: 'StepDone' | 'StepFailed' }>;

/** What came of a step; ignored unless the journal stands at that step. */
function onStep(rules: Rules, upgrade: Upgrade, event: StepEvent, now: number): Decision {
  const { state } = upgrade;
  if (state.phase !== 'remedying') return ignoreLate(upgrade, event);
  if (state.journal.step !== event.step)
    return ignore(`${event.step} while the journal stands at ${state.journal.step}`);
  return event.type === 'StepDone'
    ? stepDone(rules, upgrade, state, event.preImage, now)
    : stepFailed(rules, upgrade, state, event.failure, now);
}

const ignoreLate = ({ state }: Upgrade, event: UpgradeEvent): Decision =>
  ignore(`${event.type} while ${state.phase}`);
