import { type Blocker, describeBlocker, fingerprint, type ServiceBlocker } from './blocker.ts';
import { defer, move, settle } from './defer.ts';
import type { Observation } from './observation.ts';
import { persistsBecause } from './persistence.ts';
import type { DeferralClass, Rules } from './policy.ts';
import { newJournal, type Procedure, type Remediation, wayBack } from './procedure.ts';
import type { Decision, Upgrade } from './upgrade.ts';

/**
 * A client that is blocked: wait while waiting helps, then climb: notify -> workaround -> relocation -> needs attention.
 * Only a service that the profile knows how to move is ever moved, and only when it persists or is structural and the policy
 * says that structural ones need not be waited for.
 */
export function climb(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  blockers: readonly Blocker[],
  now: number,
): Decision {
  const target = blockers.find((blocker) => isMovable(rules, blocker));
  const ripe = target && ripeBecause(rules, upgrade, target);
  if (target === undefined || ripe === undefined || ripe === null) return wait(rules, upgrade, blockers, now);
  return nextRung(rules, upgrade, seen, { target, blockers, ripe }, now);
}

interface Case {
  readonly target: ServiceBlocker;
  readonly blockers: readonly Blocker[];
  readonly ripe: string;
}

function nextRung(rules: Rules, upgrade: Upgrade, seen: Observation, found: Case, now: number): Decision {
  const { ladder, noticeMs } = rules.policy;
  const { notifiedAt, tried } = upgrade.memory;
  const procedures = ladder.filter(
    (step): step is Remediation => step === 'workaround' || step === 'relocation',
  );
  const next = procedures.find((procedure) => !tried.includes(attemptAt(procedure, found.target.service)));
  if (next === undefined) return exhausted(upgrade, found, procedures, now);
  const tellsFirst = ladder.includes('notify') && ladder.indexOf('notify') < ladder.indexOf(next);
  if (tellsFirst && notifiedAt === null && seen.users.length > 0) {
    return move(
      upgrade,
      { phase: 'notifying', blockers: found.blockers },
      `${found.target.executable} persists (${found.ripe})`,
    );
  }
  const noticeUntil = notifiedAt === null ? now : notifiedAt + noticeMs;
  if (now < noticeUntil) return restNotice(upgrade, found.blockers, noticeUntil, told);
  if (seen.packageRunning) {
    return defer(
      rules,
      upgrade,
      'busy',
      `${found.target.service} runs a package; it is not stopped now`,
      now,
      found.blockers,
    );
  }
  return beginProcedure(upgrade, next, found);
}

export const told = 'users were told that the service will be moved';

/** Users were told; they get their time before the next step. */
export const restNotice = (
  upgrade: Upgrade,
  blockers: readonly Blocker[],
  until: number,
  because: string,
): Decision =>
  move(
    upgrade,
    {
      phase: 'deferred',
      class: 'service',
      until,
      because,
      blockers,
    },
    `${because}; they get their time before the next step`,
  );

function beginProcedure(
  upgrade: Upgrade,
  procedure: Remediation,
  { target, blockers, ripe }: Case,
): Decision {
  const { workaround, tried } = upgrade.memory;
  if (workaround !== null) {
    // The pre-image of the next procedure must be the service as it was before the first one.
    const journal = wayBack('workaround', workaround.preImage, null);
    const because = `the workaround did not help (${ripe}); it is taken back before the ${procedure}`;
    return move(upgrade, { phase: 'remedying', journal, retryAt: null, blockers }, because);
  }
  const journal = newJournal(procedure, target.service);
  return move(
    upgrade,
    { phase: 'remedying', journal, retryAt: null, blockers },
    `${procedure} of ${target.service}: ${target.executable} ${ripe}`,
    { tried: [...tried, attemptAt(procedure, target.service)] },
  );
}

/** How a procedure that was begun on a service is remembered. */
export const attemptAt = (procedure: Procedure, service: string): string =>
  `${procedure} of ${service.toLowerCase()}`;

function exhausted(upgrade: Upgrade, found: Case, procedures: readonly Remediation[], now: number): Decision {
  const tried =
    procedures.length === 0
      ? 'the ladder has no step that moves it'
      : `${procedures.join(' and ')} did not help`;
  const because = `${describeBlocker(found.target)}; ${found.ripe}; ${tried}`;
  const cause = `blocked by ${found.target.executable}`;
  return settle(upgrade, { end: 'needsAttention', cause, because, blockers: found.blockers }, now);
}

function wait(rules: Rules, upgrade: Upgrade, blockers: readonly Blocker[], now: number): Decision {
  const first = blockers[0];
  const because = first === undefined ? 'blocked' : describeBlocker(first);
  return defer(rules, upgrade, classOf(blockers), because, now, blockers);
}

/** A program goes away at logoff, which also tells when to look again; so it decides the class when there is one. */
const classOf = (blockers: readonly Blocker[]): DeferralClass =>
  blockers.every((blocker) => blocker.kind === 'service') ? 'service' : 'program';

function isMovable(rules: Rules, blocker: Blocker): blocker is ServiceBlocker {
  return (
    blocker.kind === 'service' && Object.hasOwn(rules.product.relocatable, blocker.service.toLowerCase())
  );
}

/** Why it is time for the ladder, or null while waiting may still help. */
function ripeBecause(rules: Rules, upgrade: Upgrade, target: ServiceBlocker): string | null {
  if (target.structural && rules.policy.structural === 'atOnce')
    return 'is structural: it runs again after every start';
  const sighting = upgrade.memory.sightings[fingerprint(target)];
  return sighting === undefined ? null : persistsBecause(rules.policy.persistence, sighting);
}
