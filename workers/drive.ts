import type { UpgradeEvent } from '../shared/domain/upgrade/events.ts';
import { holdAt } from '../shared/domain/campaign/hold.ts';
import { decide } from '../shared/domain/upgrade/decide.ts';
import { beginsSomething, placementOf } from '../shared/domain/upgrade/placement.ts';
import type { Evidence } from '../shared/store/types.ts';
import { commitTransition } from './commit.ts';
import type { ActivationContext, ActivationEnd, LeasedUpgrade } from './context.ts';
import { firstEventOf } from '../shared/domain/upgrade/inbox.ts';
import { execute } from '../shared/execution/execute.ts';
import { handOver, handOverUnfinished, isLeftToNextDriver } from './hand-over.ts';

/**
 * Drives one upgrade until it rests: command -> gateway -> event -> decide -> commit -> next
 * command. Nothing is done on the client that was not committed before.
 */
export async function drive(activation: ActivationContext, begun: LeasedUpgrade): Promise<ActivationEnd> {
  let leased = begun;
  let event = firstEventOf(begun.upgrade, begun.inbox);
  let evidence: readonly Evidence[] = [];
  // The first command may have been sent already, by a driver that was lost.
  let mayHaveBegun = true;
  for (;;) {
    const committingSince = performance.now();
    const phaseBefore = leased.upgrade.state.phase;
    const committed = await decideAndCommit(activation, leased, event, evidence);
    if (typeof committed === 'string') return committed;
    // The present step of a procedure may have been begun before the upgrade last rested.
    if (phaseBefore !== 'remedying') mayHaveBegun = true;
    leased = committed;
    if (!(await mayStillBegin(activation, leased, committingSince)))
      return handOverUnfinished(activation, leased, 'nothing may begin any more');
    const placement = placementOf(leased.upgrade);
    if (placement.kind !== 'drive')
      throw new Error(`drives an upgrade that is ${leased.upgrade.state.phase}`);
    const outcome = await execute(activation, placement.command, mayHaveBegun);
    mayHaveBegun = false;
    const cameOut = await ofThisDriver(activation, outcome.event);
    if (cameOut === 'lost') return 'lost';
    if (activation.stop.aborted) return handOverUnfinished(activation, leased);
    event = cameOut;
    ({ evidence } = outcome);
  }
}

/** @returns the upgrade to drive on, or how the activation ended */
async function decideAndCommit(
  activation: ActivationContext,
  leased: LeasedUpgrade,
  event: UpgradeEvent,
  evidence: readonly Evidence[],
): Promise<LeasedUpgrade | ActivationEnd> {
  const { clock, log, rules } = activation;
  const decision = decide(rules, leased.upgrade, event, clock.now());
  if (decision.kind === 'ignored') log.debug({ event: event.type, because: decision.because }, 'ignored');
  if (isLeftToNextDriver(activation, leased, decision)) return handOver(activation, leased);
  if (decision.kind === 'ignored') return leased;
  const { upgrade, because } = decision;
  return commitTransition(activation, leased, {
    upgrade,
    because,
    evidence,
    ...('failure' in event ? { failure: event.failure.kind } : {}),
  });
}

/** Real time from a commit to the command that follows it. A pause takes hold within 1 s. */
const beginWithinMs = 900;

/**
 * May the command of this commit still begin? A pause refuses every commit after it. A commit
 * before the pause may be followed by a delay (a frozen process, a slow Redis), and its command
 * must not begin later than the second in which the pause takes hold. So a late driver asks the
 * store once more whether the campaign runs, and whether the client's logon server is held in it.
 */
async function mayStillBegin(
  { store, key, log }: ActivationContext,
  { upgrade }: LeasedUpgrade,
  committingSince: number,
): Promise<boolean> {
  if (upgrade.state.phase === 'remedying' || !beginsSomething(upgrade)) return true;
  let since = committingSince;
  for (let tries = 0; tries < 3; tries += 1) {
    if (performance.now() - since < beginWithinMs) return true;
    since = performance.now();
    const [record, { halt }] = await Promise.all([store.readCampaign(key.campaign), store.readHalt()]);
    if (record?.campaign.state.status !== 'running' || halt !== null) break;
    if (holdAt(record.campaign, upgrade.logonServer) !== null) break;
  }
  log.info({ phase: upgrade.state.phase }, 'was delayed, and does not begin its command');
  return false;
}

/**
 * What came of a command, unless the lease is gone: then nothing may be written or done. Where the
 * client has seen a newer driver and the lease is still this one's, the newer driver belongs to
 * another servpack, with a Redis of its own. It goes by the record on the client, and so does this
 * one: it waits, says why, and looks again.
 */
async function ofThisDriver(
  { store, key, fence, leaseMs, lost, log }: ActivationContext,
  event: UpgradeEvent,
): Promise<UpgradeEvent | 'lost'> {
  if (lost.aborted) return 'lost';
  if (!('failure' in event) || event.failure?.kind !== 'fenced') return event;
  log.warn('the client has seen a newer driver');
  if (!(await store.renew(key, fence, leaseMs))) return 'lost';
  const message = `another servpack changes this client (${event.failure.message})`;
  return { ...event, failure: { kind: 'unreachable', message } };
}
