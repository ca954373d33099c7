import { askForHook } from '../shared/ask-for-hook.ts';
import type { Decision } from '../shared/domain/upgrade/events.ts';
import { decide } from '../shared/domain/upgrade/decide.ts';
import { isRepeatable, placementOf } from '../shared/domain/upgrade/placement.ts';
import { addJobs, jobsOf } from './commit.ts';
import type { ActivationContext, ActivationEnd, LeasedUpgrade, Transition } from './context.ts';
import { dueNow } from '../shared/domain/upgrade/placement.ts';
import { commitOf, withInbox } from './prepare-commit.ts';

/**
 * Is this decision left to the next driver, because the worker stops? True for a decision that
 * would begin something: the next driver would have to take its command for sent. The look that led
 * to the decision is dropped, and the next driver looks again. True also for one that changes
 * nothing.
 */
export function isLeftToNextDriver(
  { quiet }: ActivationContext,
  { upgrade }: LeasedUpgrade,
  decision: Decision,
): boolean {
  if (quiet?.aborted !== true || !isRepeatable(upgrade)) return false;
  if (decision.kind === 'ignored') return true;
  return placementOf(decision.upgrade).kind === 'drive' && !isRepeatable(decision.upgrade);
}

/**
 * Hands over an upgrade whose command was abandoned in the middle, or not sent at all. The outcome
 * of the command is not known, so the next driver looks at the client first.
 * @param why left out = what the decider says
 */
export async function handOverUnfinished(
  activation: ActivationContext,
  leased: LeasedUpgrade,
  why?: string,
): Promise<ActivationEnd> {
  const { rules, clock } = activation;
  const decision = decide(rules, leased.upgrade, { type: 'WorkerStopped' }, clock.now());
  if (decision.kind !== 'changed') return handOver(activation, leased);
  return handOver(activation, leased, { upgrade: decision.upgrade, because: why ?? decision.because });
}

/**
 * Gives the lease back, and keeps the slots. The job completes; activation N + 1 is in the queue,
 * due now, and the worker that takes it goes on.
 */
export async function handOver(
  activation: ActivationContext,
  leased: LeasedUpgrade,
  { upgrade, because }: Omit<Transition, 'evidence'> = {
    upgrade: leased.upgrade,
    because: 'its worker stops',
  },
  inbox = leased.inbox,
): Promise<ActivationEnd> {
  const transition = withInbox(activation, leased, { upgrade, because, evidence: [] }, inbox);
  const commit = commitOf(activation, leased, transition, inbox.length);
  const place = commit.place.index === 'driven' ? dueNow(commit.at) : commit.place;
  const outcome = await activation.store.commit({ ...commit, step: 'finish', place });
  if (outcome.kind === 'inbox') return handOver(activation, leased, { upgrade, because }, outcome.messages);
  if (outcome.kind !== 'committed') return 'lost';
  activation.log.info({ because }, 'handed over');
  await addJobs(activation, jobsOf(outcome));
  await askForHook(activation, activation.key.campaign, leased.upgrade, transition.upgrade);
  return 'handedOver';
}
