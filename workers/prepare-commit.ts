import { countersOf } from '../shared/domain/upgrade/count-upgrade.ts';
import { afterInbox, isEndRequest } from '../shared/domain/upgrade/inbox.ts';
import { difference } from '../shared/domain/outcome/counters.ts';
import { beginsSomething, placeAfter } from '../shared/domain/upgrade/placement.ts';
import type { RemediationLimits } from '../shared/domain/rules/remediation-limits.ts';
import { restartUseOf } from '../shared/store/restart-use.ts';
import { remediationBegun } from '../shared/domain/upgrade/await-remediation.ts';
import type { Upgrade } from '../shared/domain/upgrade/state.ts';
import type { Fact } from '../shared/domain/outcome/facts.ts';
import { factsOf } from '../shared/domain/upgrade/facts.ts';
import { capped, evidenceBytesAtMost, sha256 } from '../shared/evidence.ts';
import type { Evidence, Message } from '../shared/store/types.ts';
import type { ActivationContext, LeasedUpgrade, Transition } from './context.ts';
import type { Commit } from '../shared/store/upgrade-store.ts';

/** What a commit is made of besides the upgrade. */
export type CommitContext = Pick<ActivationContext, 'clock' | 'key' | 'fence' | 'queue' | 'quiet'> & {
  readonly rules?: Pick<ActivationContext['rules'], 'remediations' | 'restarts' | 'countsFacts'>;
};

/** A transition as the store takes it. All that follows from the next state is derived here. */
export function commitOf(
  { key, fence, clock, queue, quiet, rules }: CommitContext,
  leased: LeasedUpgrade,
  { upgrade, because, evidence, failure }: Transition,
  consumed: number,
): Commit {
  const at = clock.now();
  const place = placeAfter(upgrade, queue, at, quiet?.aborted === true);
  const restart = restartUseOf(rules?.restarts, leased.upgrade, upgrade, place);
  return {
    key,
    version: leased.version,
    fence,
    at,
    upgrade,
    consumed,
    step: beginsSomething(upgrade) ? 'start' : 'finish',
    ...limitedRemediation(rules?.remediations, upgrade),
    ...(restart === undefined ? {} : { restart }),
    place,
    counters: difference(countersOf(leased.upgrade), countersOf(upgrade)),
    audit: {
      at,
      campaign: key.campaign,
      client: key.client,
      who: `worker ${fence.owner}`,
      from: leased.upgrade.state.phase,
      to: upgrade.state.phase,
      because,
      evidence: evidence[0]?.sha256 ?? null,
    },
    evidence,
    ...factsIn(rules, () => factsOf(leased.upgrade, upgrade, failure)),
    ...learnedFreeTime(leased.upgrade, upgrade),
  };
}

/** What the look has learned of the client's free time, for the campaigns that follow. */
function learnedFreeTime({ memory: before }: Upgrade, { memory }: Upgrade): Pick<Commit, 'freeTime'> {
  const looks = memory.learned.freeTime?.looks;
  return looks === undefined || looks === before.learned.freeTime?.looks ? {} : { freeTime: looks };
}

/** A driver that has not read the rules leaves it to the store whether facts are counted. */
function factsIn(
  rules: CommitContext['rules'],
  facts: () => readonly Fact[],
): Pick<Commit, 'facts' | 'ifCounted'> {
  if (rules === undefined) return { facts: facts(), ifCounted: true };
  return rules.countsFacts === true ? { facts: facts() } : {};
}

/** What the store counts where the campaign limits remediations, and the upgrade begins one. */
function limitedRemediation(
  limits: RemediationLimits | undefined,
  upgrade: Upgrade,
): Pick<Commit, 'remediation'> {
  const name = limits === undefined ? null : remediationBegun(upgrade);
  return limits === undefined || name === null ? {} : { remediation: { name, limits } };
}

/**
 * The transition after each message of the inbox was decided on. Transcripts are added to the
 * evidence.
 */
export function withInbox(
  { rules, clock }: Pick<ActivationContext, 'rules' | 'clock'>,
  leased: LeasedUpgrade,
  transition: Transition,
  inbox: readonly Message[],
): Transition {
  return {
    ...transition,
    ...afterInbox(rules, leased.upgrade, transition, inbox, clock.now()),
    evidence: [...transition.evidence, ...inbox.flatMap(transcriptOf)],
  };
}

function transcriptOf(message: Message): readonly Evidence[] {
  if (isEndRequest(message) || message.transcript === null) return [];
  const text = capped(message.transcript, evidenceBytesAtMost);
  return [{ sha256: sha256(text), text }];
}
