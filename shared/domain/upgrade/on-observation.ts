import { type Blocker, blockersOf, fingerprint } from '../observation/blocker.ts';
import { defer, transition, settle, unmarked } from './transitions.ts';
import { escalate } from './escalate.ts';
import { attemptAt } from '../remediation/escalation-steps.ts';
import { observedLogonServer } from '../observation/logon-server.ts';
import type { Intent, Observation, SwapPreImage } from '../observation/observation.ts';
import { countSightings } from '../remediation/persistence.ts';
import type { ProductRules, Rules, SwapRules } from '../rules/policy.ts';
import { afterRestart, journalOf, turnBack } from '../remediation/procedure.ts';
import { type Proof, prove, whyNot } from '../observation/proof.ts';
import { goByPush } from './push.ts';
import { observedAsRequested } from './requests.ts';
import { askRestart, stillRestarting, withoutRestart } from './restart.ts';
import type { Ending } from '../outcome/ending.ts';
import type { Decision } from './events.ts';
import { changeMemory, type Learned, type Memory, openOnClient } from './memory.ts';
import { type Upgrade, withMemory } from './state.ts';

/** What a look means for the upgrade: the centre of the domain. Each question is asked in order of weight. */
export function onObservation(rules: Rules, known: Upgrade, seen: Observation, now: number): Decision {
  // Slots and what it may download are charged where it was seen last.
  const before = {
    ...known,
    logonServer: observedLogonServer(known.logonServer, seen.logonServer, rules.logonServers),
    memory: endedElsewhere(known, seen, now),
  };
  const { workaround, replacing } = before.memory.open;
  if (seen.intent !== null && workaround === null && replacing === null)
    return resume(before, seen, seen.intent, now);
  if (seen.role === 'server') return excluded(before, now);
  const asked = observedAsRequested(
    rules,
    withMemory(before, { learned: { lastLook: lookOf(seen, now) } }),
    seen,
    now,
  );
  if (asked !== null) return asked;
  const blockers = blockersOf(rules.product, seen).filter(
    (blocker) => !isCuredByRestart(before, seen, blocker),
  );
  const upgrade = learn(rules, withoutRestart(before), seen, blockers, now);
  const proof = prove(rules.files, seen);
  if (replacing !== null && (proof.kind === 'current' || seen.bootId !== replacing.bootId))
    return hasReplaced(upgrade, replacing.preImage);
  if (proof.kind === 'current') return finish(rules, upgrade, now);
  const restarting = stillRestarting(rules, before, seen, now);
  if (restarting !== null) return restarting;
  if (replacing !== null) return askRestart(rules, upgrade, seen, 'replacement', now);
  if (blockers.length > 0) return escalate(rules, upgrade, seen, blockers, now);
  switch (rules.product.route) {
    case 'logon':
      return goByLogon(rules, upgrade, seen, proof, now);
    case 'direct':
      return goDirect(rules, upgrade, proof, now);
    case 'push':
      return goByPush(rules, upgrade, seen, proof, now);
  }
}

/**
 * A procedure that the record does not know stands open on the client: a Redis was lost, or another servpack was here. It is
 * ended first; on a server it goes back.
 */
function resume(upgrade: Upgrade, seen: Observation, intent: Intent, now: number): Decision {
  const found = journalOf(intent);
  const goesOn = found.direction === 'back' || seen.role !== 'server';
  const journal = goesOn ? found : turnBack(found, null);
  const tried = [...upgrade.memory.history.tried, attemptAt(found.procedure, found.service)];
  return transition(
    upgrade,
    { phase: 'remedying', journal, retryAt: null, blockers: [] },
    `found an unfinished ${found.procedure} on the client`,
    { learned: { lastLook: lookOf(seen, now) }, history: intent.step === 'record' ? {} : { tried } },
  );
}

/**
 * Files that wait for a restart, by the record, while nothing of it stands on the client any more: the record is an old one, and all that is known is
 * that something was done.
 */
function endedElsewhere({ memory }: Upgrade, { intent }: Observation, now: number): Memory {
  const { replacing } = memory.open;
  if (replacing === null || intent?.kind === 'replaceAtRestart') return memory;
  return changeMemory(memory, { open: { replacing: null, mark: { at: now, bootId: replacing.bootId } } });
}

/** The client has restarted since its files were to be replaced: that they are, and that the service runs with them, is still to be proved. */
const hasReplaced = (upgrade: Upgrade, preImage: SwapPreImage): Decision =>
  transition(
    upgrade,
    { phase: 'remedying', journal: afterRestart(preImage), retryAt: null, blockers: [] },
    'it has restarted: whether the new files are in their places is proved now',
    { open: { replacing: null } },
  );

const lookOf = ({ bootId, evidence }: Observation, at: number): Learned['lastLook'] => ({
  at,
  bootId,
  evidence,
});

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
const isCuredByRestart = ({ memory: { open } }: Upgrade, seen: Observation, blocker: Blocker): boolean =>
  blocker.kind === 'service' &&
  open.workaround?.bootId === seen.bootId &&
  blocker.service.toLowerCase() === open.workaround.preImage.service.name.toLowerCase();

/** What is remembered of a look. Times are servpack's own: a client's clock may be wrong. */
function learn(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  blockers: readonly Blocker[],
  now: number,
): Upgrade {
  const { open, learned } = upgrade.memory;
  // Someone else may have run Upgrade.bat on the client, or our own mark may have had an unknown outcome. By the direct route a
  // mark alone starts nothing.
  const isMarked =
    rules.product.route === 'logon' && (seen.setupPhase === 'upgrade' || seen.setupPhase === 'verifyFiles');
  const look = { at: now, bootId: seen.bootId };
  return withMemory(upgrade, {
    open: {
      mark: open.mark ?? (isMarked ? look : null),
      unanswered: isMarked ? false : open.unanswered,
    },
    learned: {
      sightings: countSightings(rules.policy.persistence, learned.sightings, blockers, look),
      seen: [...new Set([...learned.seen, ...blockers.map(fingerprint)])],
      lastLook: lookOf(seen, now),
    },
  });
}

function finish({ isRebuilt = false, product }: Rules, upgrade: Upgrade, at: number): Decision {
  const proved = provedFor(product);
  const { memory } = upgrade;
  const isUntouched = openOnClient(memory).length === 0 && memory.learned.relocation === 'none';
  if (!isUntouched) return settle(upgrade, proved, at);
  return settle(upgrade, isRebuilt ? afterRebuild(proved) : alreadyCurrent, at);
}

const alreadyCurrent: Ending = {
  end: 'skipped',
  cause: 'already current',
  because: 'it was current before anything was done: every file has the hash of the release',
  blockers: [],
};

const provedFor = ({ swap }: ProductRules): Ending => ({
  end: 'upgraded',
  cause: 'proved',
  because: swap === null ? provedByItself : provedByPush(swap),
  blockers: [],
});

const provedByItself =
  'its setup phase is installed, nothing is left to download, every file has the hash of the release';

const provedByPush = ({ service }: SwapRules): string =>
  `every file has the hash of the release${service === null ? '' : `, and ${service} is as before`}`;

/** The proof is the same; who did it stood in records that were lost. */
const afterRebuild = (proved: Ending): Ending => ({
  ...proved,
  because: `${proved.because}; whether this campaign did it is not known, for its records were rebuilt`,
});

/** Route `direct`: run the update, then look; when the look does not prove it, try again later. */
function goDirect(
  rules: Rules,
  upgrade: Upgrade,
  proof: Exclude<Proof, { kind: 'current' }>,
  at: number,
): Decision {
  const { mark, unanswered } = upgrade.memory.open;
  if (unanswered === 'workerStopped') return transition(unmarked(upgrade), { phase: 'updating' }, cutShort);
  if (mark === null && !unanswered)
    return transition(upgrade, { phase: 'updating' }, 'nothing is in the way');
  return defer(rules, unmarked(upgrade), 'download', whyNot(proof), at);
}

/** Route `logon`: mark -> restart -> the user's logon starts the update -> proof (Q168463). */
function goByLogon(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  proof: Exclude<Proof, { kind: 'current' }>,
  at: number,
): Decision {
  const { mark, unanswered, workaround } = upgrade.memory.open;
  if (seen.setupPhase === 'unknown') return phaseNotRead(rules, upgrade, at);
  if (unanswered === true)
    return defer(rules, unmarked(upgrade), 'download', 'the client did not take the mark', at);
  if (mark === null && isLeaving(seen)) return leaving(upgrade, seen, at);
  if (unanswered === 'workerStopped') return transition(unmarked(upgrade), { phase: 'marking' }, cutShort);
  if (mark === null) return transition(upgrade, { phase: 'marking' }, 'nothing is in the way');
  if (proof.kind === 'filesMissing') return defer(rules, upgrade, 'download', whyNot(proof), at);
  if (seen.setupPhase === 'installed') {
    return defer(rules, unmarked(upgrade), 'download', `says it is installed, but ${whyNot(proof)}`, at);
  }
  if (workaround?.bootId === seen.bootId) return askRestart(rules, upgrade, seen, 'workaround', at);
  if (seen.bootId === mark.bootId) return askRestart(rules, upgrade, seen, 'mark', at);
  if (needsAnotherBoot(upgrade, seen)) return askRestart(rules, upgrade, seen, 'pendingRestart', at);
  return awaitLogon(rules, upgrade, seen, at);
}

/** Restarts beyond the one for the mark; a client that says for ever that one is pending is not restarted for ever. */
const furtherBootsAtMost = 2;

/** Files that were in use are swapped at a restart (Q186412), which may leave others for the next one. */
const needsAnotherBoot = ({ memory }: Upgrade, { pendingRestart }: Observation): boolean =>
  pendingRestart && (memory.history.restarts.pendingRestart ?? 0) < furtherBootsAtMost;

/** What is not known is not taken for "not marked": a client may be in the middle of its update. */
function phaseNotRead(rules: Rules, upgrade: Upgrade, at: number): Decision {
  const error = 'its setup phase is missing or not understood';
  return defer(rules, upgrade, 'couldNotLook', error, at, [{ kind: 'couldNotLook', error }]);
}

/** The product is being taken off this client; a mark would put it back. */
const isLeaving = ({ setupPhase }: Observation): boolean =>
  setupPhase === 'deinstall' || setupPhase === 'componentDeinstall';

function leaving(upgrade: Upgrade, { setupPhase }: Observation, at: number): Decision {
  const because = `its setup phase is ${setupPhase}: the product is being removed from this client`;
  return settle(upgrade, { end: 'needsAttention', cause: 'being removed', because, blockers: [] }, at);
}

function awaitLogon(rules: Rules, upgrade: Upgrade, seen: Observation, at: number): Decision {
  const user = seen.users[0];
  const program = rules.product.updateProgram ?? 'the update';
  if (user === undefined)
    return defer(rules, upgrade, 'logon', 'waits for a logon: it starts the update', at);
  if (seen.load === 'missing')
    return defer(rules, upgrade, 'load', `${user.name}'s Load does not start ${program}`, at);
  if (seen.load === 'double')
    return defer(rules, upgrade, 'load', `${user.name}'s Load starts ${program} twice`, at);
  const { transcript } = seen;
  const said = transcript?.inUse === true && transcript.at !== null && transcript.at >= user.since;
  const because = said
    ? `at ${user.name}'s logon ${transcript.active.join(', ')} was in use; waits for the next logon`
    : `${user.name} is logged on; ${program} has not finished`;
  return defer(rules, upgrade, 'logon', because, at);
}

const cutShort = 'nothing came of the command that a stopping worker let go of: once more';
