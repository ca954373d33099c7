import type { Blocker } from '../observation/blocker.ts';
import {
  type Answered,
  type ApprovalAnswer,
  type ApprovalRule,
  type ApprovedStep,
  answerWords,
} from '../rules/approval-rules.ts';
import type { Rules } from '../rules/policy.ts';
import type { Decision } from './events.ts';
import type { Approvals, Ask } from './memory.ts';
import { type Upgrade, withMemory } from './state.ts';
import { ignore, transition } from './transitions.ts';

/**
 * A step that needs the approval of a person waits for it without a slot. An answer is for this
 * attempt and this blocker alone, or, where the rule says so, for the whole campaign.
 */

const noApprovals: Approvals = { ask: null, answers: {}, expired: 0 };

/** Without an end of the question the client is looked at again after this time. */
const lookAgainMs = 24 * 3_600_000;

/** What the ladder wants to do, by the name under which a memory keeps the attempt. */
export interface WantedStep {
  readonly step: ApprovedStep;
  readonly attempt: string;
}

/** The answer that holds for this step; null = there is none, or none is needed. */
export function answerTo({ approvals: known }: Rules, { memory }: Upgrade, wanted: WantedStep) {
  const rule = ruleFor(known?.rules, wanted.step);
  if (rule === undefined) return null;
  return 'each' in rule
    ? (memory.history.approvals?.answers[wanted.attempt] ?? null)
    : (known?.answers[wanted.step] ?? null);
}

const ruleFor = (rules: readonly ApprovalRule[] | undefined, step: ApprovedStep): ApprovalRule | undefined =>
  rules?.find(
    (rule) => ('each' in rule && rule.each === step) || ('remediation' in rule && rule.remediation === step),
  );

/** Defers a client whose next step needs an approval that it does not have; null = it may go on. */
export function awaitApproval(
  rules: Rules,
  upgrade: Upgrade,
  wanted: WantedStep & { readonly title: string; readonly blockers: readonly Blocker[] },
  now: number,
): Decision | null {
  const { step, attempt, title, blockers } = wanted;
  const rule = ruleFor(rules.approvals?.rules, step);
  if (rule === undefined || answerTo(rules, upgrade, wanted)?.is === 'approved') return null;
  const before = upgrade.memory.history.approvals ?? noApprovals;
  const isForAll = !('each' in rule);
  const isSame = before.ask?.attempt === attempt && before.ask.isForAll === isForAll;
  const since = isSame ? (before.ask?.since ?? now) : now;
  const own =
    rule.expiresMs === undefined ? null : isSame ? (before.ask?.until ?? null) : now + rule.expiresMs;
  const ask: Ask = { step, attempt, isForAll, since, until: isForAll ? null : own };
  const until = isForAll ? now + (rule.expiresMs ?? lookAgainMs) : (own ?? now + lookAgainMs);
  const because = `${title} waits for approval${isForAll ? ' of the step for the whole campaign' : ''}`;
  return transition(upgrade, { phase: 'deferred', class: 'approval', until, because, blockers }, because, {
    history: { approvals: { ...before, ask } },
  });
}

/** The upgrade with the consequence of a question that has expired. */
export function withExpiredAsk(rules: Rules, upgrade: Upgrade, now: number): Upgrade {
  const { approvals } = upgrade.memory.history;
  const ask = approvals?.ask ?? null;
  if (approvals === null || ask === null || ask.until === null || now < ask.until) return upgrade;
  const rule = ruleFor(rules.approvals?.rules, ask.step);
  if (rule?.onExpiry === 'pause') {
    const again = { ...ask, until: now + (rule.expiresMs ?? lookAgainMs) };
    return withMemory(upgrade, {
      history: { approvals: { ...approvals, ask: again, expired: approvals.expired + 1 } },
    });
  }
  const is = rule?.onExpiry === 'approve' ? 'approved' : 'rejected';
  return answered(upgrade, approvals, ask, { is, by: null, at: now });
}

const answered = (upgrade: Upgrade, approvals: Approvals, ask: Ask, answer: ApprovalAnswer): Upgrade =>
  withMemory(upgrade, {
    history: {
      approvals: { ...approvals, ask: null, answers: { ...approvals.answers, [ask.attempt]: answer } },
    },
  });

/** An answer wakes the client that waits for it; any other answer changes nothing. */
export function approvalAnswered(upgrade: Upgrade, event: Answered): Decision {
  const { state, memory } = upgrade;
  const approvals = memory.history.approvals ?? noApprovals;
  const { ask } = approvals;
  if (state.phase === 'settled') return ignore('already settled');
  const says = answerWords(event);
  if ('forAll' in event) {
    const waits = state.phase === 'deferred' && state.class === 'approval';
    return waits && ask?.isForAll === true && ask.step === event.forAll
      ? transition(upgrade, { phase: 'looking' }, says)
      : ignore('it does not wait for this answer');
  }
  if (event.attempt !== upgrade.attempt)
    return ignore(`the answer is about attempt ${event.attempt}; this is attempt ${upgrade.attempt}`);
  const before = approvals.answers[event.of];
  if (before !== undefined) return ignore(`answered already: ${answerWords(before)}`);
  if (ask === null || ask.isForAll || ask.attempt !== event.of || state.phase !== 'deferred')
    return ignore('it does not wait for this answer');
  const { attempt: _attempt, of: _of, ...answer } = event;
  const known = answered(upgrade, approvals, ask, answer);
  return transition(known, state.class === 'approval' ? { phase: 'looking' } : state, says);
}

/** A client that does something else, or waits for something else, asks no question any more. */
export function withoutStaleAsk(decision: Decision): Decision {
  if (decision.kind !== 'changed') return decision;
  const { upgrade } = decision;
  const { state, memory } = upgrade;
  const { approvals } = memory.history;
  if (approvals === null || approvals.ask === null || state.phase === 'looking') return decision;
  if (state.phase === 'deferred' && keepsAsk.has(state.class)) return decision;
  const known = withMemory(upgrade, { history: { approvals: { ...approvals, ask: null } } });
  return { ...decision, upgrade: known };
}

/** Waits that do not tell whether the step is still wanted. */
const keepsAsk: ReadonlySet<string> = new Set(['approval', 'window', 'unreachable', 'couldNotLook']);
