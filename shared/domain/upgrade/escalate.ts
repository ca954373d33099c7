import { type Blocker, describeBlocker, fingerprint } from '../observation/blocker.ts';
import { defer, transition, settle } from './transitions.ts';
import type { Observation } from '../observation/observation.ts';
import { persistsBecause } from '../remediation/persistence.ts';
import type { DeferralClass, Rules } from '../rules/policy.ts';
import { newJournal, titleOf, wayBack } from '../remediation/procedure.ts';
import {
  attemptAt,
  relocatableIn,
  nameOf,
  type Escalation,
  escalationsOf,
  serviceOf,
} from '../remediation/escalation-steps.ts';
import type { Decision } from './events.ts';
import type { Upgrade } from './state.ts';

/**
 * A client that is blocked: wait while waiting helps, then escalate: notify -> workaround -> relocation or replacement at a restart -> needs
 * attention. Nothing is done before the blocker persists, or is structural and the policy says that structural ones need not be waited for.
 */
export function escalate(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  blockers: readonly Blocker[],
  now: number,
): Decision {
  const escalations = escalationsOf(rules.product, rules.policy.ladder, blockers);
  const next = escalations.find(
    (escalation) => !upgrade.memory.history.tried.includes(attemptOf(rules, escalation)),
  );
  const target = (next ?? escalations[0])?.target ?? relocatableIn(rules.product, blockers);
  const persists = target && ripeBecause(rules, upgrade, target);
  if (target === undefined || persists === undefined || persists === null)
    return wait(rules, upgrade, blockers, now);
  if (next === undefined) return exhausted(upgrade, { target, blockers, persists }, escalations, now);
  return applyEscalation(rules, upgrade, seen, { escalation: next, blockers, persists }, now);
}

interface Case {
  readonly escalation: Escalation;
  readonly blockers: readonly Blocker[];
  readonly persists: string;
}

function applyEscalation(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  found: Case,
  now: number,
): Decision {
  const { ladder, noticeMs } = rules.policy;
  const { notifiedAt } = upgrade.memory.history;
  const { escalation, blockers, persists } = found;
  const name = nameOf(escalation.target);
  const tellsFirst =
    ladder.includes('notify') && ladder.indexOf('notify') < ladder.indexOf(escalation.procedure);
  if (tellsFirst && notifiedAt === null && seen.users.length > 0)
    return transition(upgrade, { phase: 'notifying', blockers }, `${name} persists (${persists})`);
  const noticeUntil = notifiedAt === null ? now : notifiedAt + noticeMs;
  if (now < noticeUntil) return restNotice(upgrade, blockers, noticeUntil, toldOf(blockers));
  if (seen.packageRunning) {
    const busy = `${serviceOf(rules.product, escalation) || name} runs a package; it is not stopped now`;
    return defer(rules, upgrade, 'busy', busy, now, blockers);
  }
  return beginProcedure(rules, upgrade, found);
}

export const toldOf = (blockers: readonly Blocker[]): string =>
  blockers.some(({ kind }) => kind === 'service')
    ? 'users were told that the service will be moved'
    : 'users were told that the files will be replaced when the computer restarts';

/** Users were told; they get their time before the next step. */
export const restNotice = (
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

function beginProcedure(rules: Rules, upgrade: Upgrade, { escalation, blockers, persists }: Case): Decision {
  const { open, history } = upgrade.memory;
  const { procedure, target } = escalation;
  if (open.workaround !== null) {
    // The pre-image of the next procedure must be the service as it was before the first one.
    const journal = wayBack({ procedure: 'workaround', preImage: open.workaround.preImage }, null);
    const because = `the workaround did not help (${persists}); it is taken back before the ${procedure}`;
    return transition(upgrade, { phase: 'remedying', journal, retryAt: null, blockers }, because);
  }
  const journal = newJournal(procedure, serviceOf(rules.product, escalation));
  return transition(
    upgrade,
    { phase: 'remedying', journal, retryAt: null, blockers },
    `${titleOf(journal)}: ${nameOf(target)} ${persists}`,
    { history: { tried: [...history.tried, attemptOf(rules, escalation)] } },
  );
}

const attemptOf = ({ product }: Rules, escalation: Escalation): string =>
  attemptAt(escalation.procedure, serviceOf(product, escalation));

function exhausted(
  upgrade: Upgrade,
  { target, blockers, persists }: Omit<Case, 'escalation'> & { readonly target: Blocker },
  escalations: readonly Escalation[],
  now: number,
): Decision {
  const tried =
    escalations.length === 0
      ? 'the ladder has no step that moves it'
      : `${escalations.map(({ procedure }) => procedure).join(' and ')} did not help`;
  const because = `${describeBlocker(target)}; ${persists}; ${tried}`;
  const cause = `blocked by ${nameOf(target)}`;
  return settle(upgrade, { end: 'needsAttention', cause, because, blockers }, now);
}

function wait(rules: Rules, upgrade: Upgrade, blockers: readonly Blocker[], now: number): Decision {
  const first = blockers[0];
  const because = first === undefined ? 'blocked' : describeBlocker(first);
  return defer(rules, upgrade, classOf(blockers), because, now, blockers);
}

/** A program goes away at logoff, which also tells when to look again; so it decides the class when there is one. */
const classOf = (blockers: readonly Blocker[]): DeferralClass =>
  blockers.every((blocker) => blocker.kind === 'service') ? 'service' : 'program';

/** Why it is time for the ladder, or null while waiting may still help. */
function ripeBecause(rules: Rules, upgrade: Upgrade, target: Blocker): string | null {
  if (target.kind === 'service' && target.structural && rules.policy.structural === 'atOnce')
    return 'is structural: it runs again after every start';
  const sighting = upgrade.memory.learned.sightings[fingerprint(target)];
  return sighting === undefined ? null : persistsBecause(rules.policy.persistence, sighting);
}
