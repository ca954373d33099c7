import { isFinishing, queueOf } from '../shared/domain/upgrade/placement.ts';
import type { Upgrade } from '../shared/domain/upgrade/state.ts';
import { askForHook } from '../shared/ask-for-hook.ts';
import { awaitRemediation } from '../shared/domain/upgrade/await-remediation.ts';
import { awaitRestart } from '../shared/domain/upgrade/await-restart.ts';
import { restartUseOf } from '../shared/store/restart-use.ts';
import type { Activation } from '../shared/store/types.ts';
import type { ActivationContext, ActivationEnd, LeasedUpgrade, Transition } from './context.ts';
import { isEndRequest } from '../shared/domain/upgrade/inbox.ts';
import { commitOf, withInbox } from './prepare-commit.ts';
import { noteStepTime } from './step-times.ts';
import type { Commit, CommitOutcome } from '../shared/store/upgrade-store.ts';

/**
 * Commits a transition. Messages that came in meanwhile are decided on first, and the commit is
 * tried again: no upgrade rests while its inbox has unread messages.
 * @returns the upgrade to drive on, or how the activation ended
 */
export async function commitTransition(
  activation: ActivationContext,
  leased: LeasedUpgrade,
  transition: Transition,
): Promise<LeasedUpgrade | ActivationEnd> {
  let { inbox } = leased;
  let next = withInbox(activation, leased, transition, inbox);
  for (;;) {
    const outcome = await activation.store.commit(commitOf(activation, leased, next, inbox.length));
    switch (outcome.kind) {
      case 'committed':
        return afterCommit(activation, leased, next, outcome);
      case 'inbox':
        inbox = outcome.messages;
        next = withInbox(activation, leased, transition, inbox);
        break;
      case 'held':
        activation.log.info({ because: outcome.because }, 'nothing may begin now');
        if (outcome.spent !== undefined || outcome.full !== undefined) {
          const waits = awaitRoom(activation, leased.upgrade, next.upgrade, outcome);
          const { evidence } = transition;
          return commitTransition(activation, { ...leased, inbox }, { ...waits, evidence });
        }
        return waitUntilAllowed(activation, { ...leased, inbox }, next.upgrade.logonServer, outcome.because);
      case 'stale':
        activation.log.warn({ because: outcome.because }, 'another driver has taken over');
        return 'lost';
    }
  }
}

/** The decision of a client that waits because a limit of its campaign has no room. */
function awaitRoom(
  { rules, clock }: ActivationContext,
  before: Upgrade,
  planned: Upgrade,
  { spent, full, because }: Extract<CommitOutcome, { kind: 'held' }>,
) {
  if (spent !== undefined) return awaitRemediation(rules, before, planned, spent, clock.now());
  if (full !== undefined) return awaitRestart(rules, before, planned, full, clock.now());
  throw new Error(`no limit refuses the commit: ${because}`);
}

async function afterCommit(
  activation: ActivationContext,
  before: LeasedUpgrade,
  { upgrade, because }: Transition,
  outcome: Extract<CommitOutcome, { kind: 'committed' }>,
): Promise<LeasedUpgrade | ActivationEnd> {
  activation.log.info({ from: before.upgrade.state.phase, to: upgrade.state.phase, because }, 'committed');
  activation.metrics?.committed(before.upgrade, upgrade);
  activation.metrics?.ended(before.upgrade, upgrade, activation.admittedAt);
  await addJobs(activation, jobsOf(outcome));
  await askForHook(activation, activation.key.campaign, before.upgrade, upgrade);
  await noteStepTime(activation, before.upgrade, upgrade);
  if (upgrade.state.phase === 'settled') return 'settled';
  // The job completes; activation N + 1 is in the queue.
  if (outcome.next !== null) return queueOf(upgrade) === activation.queue ? 'rested' : 'handedOver';
  return { version: outcome.version, upgrade, inbox: [] };
}

/** The jobs that must exist after a commit. */
export const jobsOf = ({
  next,
  handed,
  woken = [],
}: Extract<CommitOutcome, { kind: 'committed' }>): readonly (Activation | null)[] => [next, handed, ...woken];

/** Adds the jobs that follow from a commit. One that cannot be added now is added by the sweep. */
export async function addJobs(
  { log, dispatcher, clock }: ActivationContext,
  activations: readonly (Activation | null)[],
): Promise<void> {
  const jobs = activations
    .filter((each) => each !== null)
    .map((activation) => ({ activation, delayMs: clock.realDelay(activation.dueAt) }));
  await dispatcher
    .addAll(jobs)
    .catch((error: unknown) => log.warn({ error }, 'could not add the next job; the sweep will'));
}

/**
 * Ends the activation because nothing may begin now: the upgrade keeps its state and waits until
 * the campaign runs again or its logon server has room.
 *
 * The job completes. A parked upgrade gets its next job from the commit that frees a slot, or from
 * the next round of the leader. An upgrade that has begun something on the client rests
 * instead: activation N + 1 is in the queue.
 * @param logonServer where the client was just seen, so that it waits for that server's room
 */
async function waitUntilAllowed(
  activation: ActivationContext,
  leased: LeasedUpgrade,
  logonServer: string,
  because: string,
): Promise<LeasedUpgrade | ActivationEnd> {
  const { inbox } = leased;
  const upgrade = { ...leased.upgrade, logonServer };
  const unchanged = { upgrade, because, evidence: [] };
  // A check-in may be dropped: the upgrade begins again with a look. A person's request may not.
  if (inbox.some(isEndRequest)) return commitTransition(activation, leased, unchanged);
  const place = isFinishing(upgrade) ? restUntilNextLook(activation) : parked;
  const restart = restartUseOf(activation.rules.restarts, leased.upgrade, upgrade, place);
  const commit: Commit = {
    ...commitOf(activation, leased, unchanged, inbox.length),
    step: 'finish',
    place,
    ...(restart === undefined ? {} : { restart }),
  };
  const outcome = await activation.store.commit(commit);
  if (outcome.kind === 'inbox')
    return waitUntilAllowed(activation, { ...leased, inbox: outcome.messages }, logonServer, because);
  if (outcome.kind !== 'committed') return 'lost';
  await addJobs(activation, jobsOf(outcome));
  return 'held';
}

const parked: Commit['place'] = { index: 'parked' };

/**
 * A finishing upgrade gets a slot also while nothing may begin. Parked, it would get back at once
 * the very slot that it gives up, and be looked at again and again.
 */
const restUntilNextLook = ({ clock, rules }: ActivationContext): Commit['place'] => ({
  index: 'due',
  dueAt: clock.now() + rules.policy.restart.lookEveryMs,
  keepsSlots: false,
});
