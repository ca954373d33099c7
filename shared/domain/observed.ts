import { type Blocker, blockersOf, fingerprint } from './blocker.ts';
import { defer, move, settle } from './defer.ts';
import { climb } from './ladder.ts';
import type { Observation } from './observation.ts';
import { countSightings } from './persistence.ts';
import type { Rules } from './policy.ts';
import { journalOf } from './procedure.ts';
import { type Proof, prove } from './proof.ts';
import { askRestart, stillRestarting, withoutRestart } from './restart.ts';
import type { Ending } from './ending.ts';
import type { Decision, Upgrade } from './upgrade.ts';

/** What a look means for the upgrade: the centre of the domain. Each question is asked in order of weight. */
export function observed(rules: Rules, before: Upgrade, seen: Observation, now: number): Decision {
  if (seen.intent !== null && before.memory.workaround === null) {
    const journal = journalOf(seen.intent);
    return move(
      before,
      { phase: 'remedying', journal, retryAt: null, blockers: [] },
      `found an unfinished ${journal.procedure} on the client`,
    );
  }
  if (seen.role === 'server') return excluded(before, now);
  const restarting = stillRestarting(rules, before, seen, now);
  if (restarting !== null) return restarting;

  const blockers = blockersOf(rules.product, seen).filter(
    (blocker) => !isCuredByRestart(before, seen, blocker),
  );
  const upgrade = learn(rules, withoutRestart(before), seen, blockers);
  const proof = prove(rules.files, seen);
  if (proof.kind === 'current') return finish(upgrade, now);
  if (blockers.length > 0) return climb(rules, upgrade, seen, blockers, now);
  return rules.product.route === 'direct'
    ? goDirect(rules, upgrade, proof, now)
    : goByLogon(rules, upgrade, seen, proof, now);
}

/** Logon, site and helper servers carry the same service legitimately; as seen on the machine, whatever the fleet file says. */
const excluded = (upgrade: Upgrade, now: number): Decision =>
  settle(
    upgrade,
    {
      end: 'skipped',
      cause: 'server',
      because: 'this machine is a server; servers are excluded',
      blockers: [],
    },
    now,
  );

/** A service that the workaround set to manual is still running in this boot and will be gone in the next one. */
const isCuredByRestart = ({ memory }: Upgrade, seen: Observation, blocker: Blocker): boolean =>
  blocker.kind === 'service' &&
  memory.workaround?.bootId === seen.bootId &&
  blocker.service.toLowerCase() === memory.workaround.preImage.service.name.toLowerCase();

function learn(rules: Rules, upgrade: Upgrade, seen: Observation, blockers: readonly Blocker[]): Upgrade {
  const { memory } = upgrade;
  const isMarked = seen.setupPhase === 'upgrade' || seen.setupPhase === 'verifyFiles';
  return {
    ...upgrade,
    memory: {
      ...memory,
      // Someone else may have run Upgrade.bat on the client, or our own mark may have had an unknown outcome.
      marked: memory.marked ?? (isMarked ? { at: seen.at, bootId: seen.bootId } : null),
      unanswered: memory.unanswered && !isMarked,
      sightings: countSightings(rules.policy.persistence, memory.sightings, blockers, seen),
      seen: [...new Set([...memory.seen, ...blockers.map(fingerprint)])],
      lastLook: { at: seen.at, bootId: seen.bootId, evidence: seen.evidence },
    },
  };
}

function finish(upgrade: Upgrade, at: number): Decision {
  const { marked, unanswered, relocation, workaround } = upgrade.memory;
  const isUntouched = marked === null && !unanswered && relocation === 'none' && workaround === null;
  return settle(upgrade, isUntouched ? alreadyCurrent : proved, at);
}

const alreadyCurrent: Ending = {
  end: 'skipped',
  cause: 'already current',
  because: 'it was current before anything was done: every file has the hash of the release',
  blockers: [],
};

const proved: Ending = {
  end: 'upgraded',
  cause: 'proved',
  because: 'SetupPhase is installed, nothing is left to download, every file has the hash of the release',
  blockers: [],
};

/** Route `direct`: run the update, then look; when the look does not prove it, try again later. */
function goDirect(
  rules: Rules,
  upgrade: Upgrade,
  proof: Exclude<Proof, { kind: 'current' }>,
  at: number,
): Decision {
  const { marked, unanswered } = upgrade.memory;
  if (marked === null && !unanswered) return move(upgrade, { phase: 'updating' }, 'nothing is in the way');
  return defer(rules, unmarked(upgrade), 'download', whyNot(proof), at);
}

/** Route `logon`: mark -> restart -> the user's logon starts Smsrun32 -> proof (Q168463). */
function goByLogon(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  proof: Exclude<Proof, { kind: 'current' }>,
  at: number,
): Decision {
  const { marked, unanswered, workaround } = upgrade.memory;
  if (unanswered) return defer(rules, unmarked(upgrade), 'download', 'the client did not take the mark', at);
  if (marked === null) return move(upgrade, { phase: 'marking' }, 'nothing is in the way');
  if (proof.kind === 'filesMissing') return defer(rules, upgrade, 'download', whyNot(proof), at);
  if (seen.setupPhase === 'installed') {
    return defer(rules, unmarked(upgrade), 'download', `says it is installed, but ${whyNot(proof)}`, at);
  }
  if (workaround?.bootId === seen.bootId) return askRestart(rules, upgrade, seen, 'workaround', at);
  if (seen.bootId === marked.bootId) return askRestart(rules, upgrade, seen, 'mark', at);
  return awaitLogon(rules, upgrade, seen, at);
}

function awaitLogon(rules: Rules, upgrade: Upgrade, seen: Observation, at: number): Decision {
  const user = seen.users[0];
  if (user === undefined)
    return defer(rules, upgrade, 'logon', 'waits for a logon: it starts the update', at);
  if (seen.load === 'missing')
    return defer(rules, upgrade, 'load', `${user.name}'s Load does not start Smsrun32`, at);
  if (seen.load === 'double')
    return defer(rules, upgrade, 'load', `${user.name}'s Load starts Smsrun32 twice`, at);
  const said = seen.transcript !== null && seen.transcript.at >= user.since && seen.transcript.inUse;
  const because = said
    ? `at ${user.name}'s logon ${seen.transcript?.active.join(', ') ?? ''} was in use; waits for the next logon`
    : `${user.name} is logged on; Smsrun32 has not finished`;
  return defer(rules, upgrade, 'logon', because, at);
}

/** The update is asked for again next time. */
const unmarked = (upgrade: Upgrade): Upgrade => ({
  ...upgrade,
  memory: { ...upgrade.memory, marked: null, unanswered: false },
});

const whyNot = (proof: Exclude<Proof, { kind: 'current' }>): string =>
  proof.kind === 'filesMissing' ? `not downloaded: ${proof.files.join(', ')}` : proof.because;
