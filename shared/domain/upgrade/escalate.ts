import { type Blocker, blockerClass, describeBlocker, fingerprint } from '../observation/blocker.ts';
import type { Observation } from '../observation/observation.ts';
import {
  attemptAt,
  type Escalation,
  escalationsOf,
  nameOf,
  relocatableIn,
  serviceOf,
} from '../remediation/escalation-steps.ts';
import { persistsBecause } from '../remediation/persistence.ts';
import { newJournal, wayBack } from '../remediation/procedure.ts';
import { procedureWords, titleOf } from '../remediation/procedure-words.ts';
import { answerWords } from '../rules/approval-rules.ts';
import type { DeferralClass, Rules } from '../rules/policy.ts';
import { ladderOf, persistenceOf } from '../rules/rule-cases.ts';
import type { Decision } from './events.ts';
import type { Upgrade } from './state.ts';
import { answerTo, awaitApproval, type WantedStep, withExpiredAsk } from './approval.ts';
import { beginProcedure, defer, settle, transition } from './transitions.ts';

/**
 * A blocked client waits while waiting helps. Then it climbs the ladder of its policy: notify ->
 * workaround -> relocation, or replacement at a restart -> needs attention. The ladder begins when
 * the blocker persists, or is structural and the policy does not wait for structural ones.
 */
export function escalate(
  rules: Rules,
  before: Upgrade,
  seen: Observation,
  blockers: readonly Blocker[],
  now: number,
): Decision {
  const upgrade = withExpiredAsk(rules, before, now);
  const escalations = escalationsOf(rules.product, rules.policy, blockers);
  const { tried } = upgrade.memory.history;
  const next = escalations.find(
    (escalation) =>
      !tried.includes(attemptOf(rules, escalation)) &&
      answerTo(rules, upgrade, wantedBy(rules, escalation))?.is !== 'rejected',
  );
  const target = (next ?? escalations[0])?.target ?? relocatableIn(rules.product, blockers);
  const persists = target && whyPersisting(rules, upgrade, target);
  if (target === undefined || persists === undefined || persists === null)
    return wait(rules, upgrade, blockers, now);
  if (next === undefined)
    return ladderSpent(rules, upgrade, { target, blockers, persists }, escalations, now);
  return applyEscalation(rules, upgrade, seen, { escalation: next, blockers, persists }, now);
}

interface Case {
  readonly escalation: Escalation;
  readonly blockers: readonly Blocker[];
  /** Why the blocker persists, in words. */
  readonly persists: string;
}

/** The next step of the ladder: users are notified and get their time first. */
function applyEscalation(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  found: Case,
  now: number,
): Decision {
  const { noticeMs } = rules.policy;
  const { notifiedAt } = upgrade.memory.history;
  const { escalation, blockers, persists } = found;
  const ladder = ladderOf(rules.policy, blockerClass(escalation.target));
  const name = nameOf(escalation.target);
  const title = `${procedureWords[escalation.procedure]} of ${name}`;
  const wanted = { ...wantedBy(rules, escalation), title, blockers };
  const approval = awaitApproval(rules, upgrade, wanted, now);
  if (approval !== null) return approval;
  const isNoticeFirst =
    ladder.includes('notify') && ladder.indexOf('notify') < ladder.indexOf(escalation.procedure);
  if (isNoticeFirst && notifiedAt === null && seen.users.length > 0)
    return transition(upgrade, { phase: 'notifying', blockers }, `${name} persists (${persists})`);
  const noticeUntil = notifiedAt === null ? now : notifiedAt + noticeMs;
  if (now < noticeUntil) return awaitNoticeEnd(upgrade, blockers, noticeUntil, usersNotified(blockers));
  if (seen.packageRunning) {
    const busy = `${serviceOf(rules.product, escalation) || name} runs a package; it is not stopped now`;
    return defer(rules, upgrade, 'busy', busy, now, blockers);
  }
  return applyProcedure(rules, upgrade, found);
}

/** What users were notified of, in words. */
export const usersNotified = (blockers: readonly Blocker[]): string =>
  blockers.some(({ kind }) => kind === 'service')
    ? 'users were notified that the service will be moved'
    : 'users were notified that the files will be replaced when the computer restarts';

/** Defers the upgrade until the time that notified users have is over. */
export const awaitNoticeEnd = (
  upgrade: Upgrade,
  blockers: readonly Blocker[],
  until: number,
  because: string,
): Decision =>
  transition(
    upgrade,
    { phase: 'deferred', class: classOf(blockers), until, because, blockers },
    `${because}; they get their time before the next step`,
  );

function applyProcedure(rules: Rules, upgrade: Upgrade, { escalation, blockers, persists }: Case): Decision {
  const { open, history } = upgrade.memory;
  const { procedure, target } = escalation;
  if (open.workaround !== null) {
    // The next procedure records a pre-image: the service as it was before the workaround.
    const journal = wayBack({ procedure: 'workaround', preImage: open.workaround.preImage }, null);
    const because = `the workaround did not help (${persists}); it is taken back before the ${procedureWords[procedure]}`;
    return beginProcedure(upgrade, journal, because, { blockers });
  }
  const journal = newJournal(procedure, serviceOf(rules.product, escalation));
  return beginProcedure(upgrade, journal, `${titleOf(journal)}: ${nameOf(target)} ${persists}`, {
    blockers,
    change: { history: { tried: [...history.tried, attemptOf(rules, escalation)] } },
  });
}

/** Why this step of a spent ladder does not go on, in words. */
function whyOver(rules: Rules, upgrade: Upgrade, escalation: Escalation): string {
  const { procedure } = escalation;
  const answer = answerTo(rules, upgrade, wantedBy(rules, escalation));
  return answer?.is === 'rejected'
    ? `${procedureWords[procedure]} was ${answerWords(answer)}`
    : `${procedureWords[procedure]} did not help`;
}

const wantedBy = (rules: Rules, escalation: Escalation): WantedStep => ({
  step: escalation.procedure,
  attempt: attemptOf(rules, escalation),
});

const attemptOf = ({ product }: Rules, escalation: Escalation): string =>
  attemptAt(escalation.procedure, serviceOf(product, escalation));

function ladderSpent(
  rules: Rules,
  upgrade: Upgrade,
  { target, blockers, persists }: Omit<Case, 'escalation'> & { readonly target: Blocker },
  escalations: readonly Escalation[],
  now: number,
): Decision {
  const tried =
    escalations.length === 0
      ? 'the ladder has no step that moves it'
      : escalations.map((escalation) => whyOver(rules, upgrade, escalation)).join(' and ');
  const because = `${describeBlocker(target)}; ${persists}; ${tried}`;
  const cause = `blocked by ${nameOf(target)}`;
  return settle(upgrade, { end: 'needsAttention', cause, because, blockers }, now);
}

function wait(rules: Rules, upgrade: Upgrade, blockers: readonly Blocker[], now: number): Decision {
  const first = blockers[0];
  const because = first === undefined ? 'blocked' : describeBlocker(first);
  return defer(rules, upgrade, classOf(blockers), because, now, blockers);
}

/**
 * A program ends at logoff, so one program among the blockers makes it class `program`: that class
 * tells when the next look makes sense.
 */
const classOf = (blockers: readonly Blocker[]): DeferralClass =>
  blockers.every((blocker) => blocker.kind === 'service') ? 'service' : 'program';

/** Why the ladder begins now, in words; null while waiting may still help. */
function whyPersisting(rules: Rules, upgrade: Upgrade, target: Blocker): string | null {
  if (target.kind === 'service' && target.structural && rules.policy.structural === 'atOnce')
    return 'starts again with Windows, so restarting will not help';
  const sighting = upgrade.memory.learned.sightings[fingerprint(target)];
  return sighting === undefined
    ? null
    : persistsBecause(persistenceOf(rules.policy, blockerClass(target)), sighting);
}
