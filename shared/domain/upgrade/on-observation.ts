import { type Blocker, blockerClass, blockersOf, fingerprint } from '../observation/blocker.ts';
import { isSameBoot } from '../observation/boot.ts';
import { observedLogonServer } from '../observation/logon-server.ts';
import type { Intent, Observation, SwapPreImage } from '../observation/observation.ts';
import { prove } from '../observation/proof.ts';
import { attemptAt } from '../remediation/escalation-steps.ts';
import { countSightings } from '../remediation/persistence.ts';
import { afterRestart, bringsFiles, isProved, journalOf, turnBack } from '../remediation/procedure.ts';
import { procedureWords } from '../remediation/procedure-words.ts';
import type { Rules } from '../rules/policy.ts';
import { persistenceOf } from '../rules/rule-cases.ts';
import { settleProved } from './settle-proved.ts';
import { escalate } from './escalate.ts';
import type { Decision } from './events.ts';
import type { Learned } from './memory.ts';
import { awaitMovedServices } from './moved-service-lives.ts';
import { followRequest } from './requests.ts';
import { orderRestart, stillRestarting } from './restart.ts';
import { followRoute } from './routes.ts';
import { withoutStaleOpen } from './stale-journal.ts';
import { type Upgrade, withMemory, withoutRestart } from './state.ts';
import { beginProcedure, settle } from './transitions.ts';

/**
 * What a look means for the upgrade: the centre of the domain. Questions come in order of weight.
 */
export function onObservation(rules: Rules, known: Upgrade, seen: Observation, now: number): Decision {
  // The logon server of the last look is charged for the slot and the download.
  const before = {
    ...known,
    logonServer: observedLogonServer(known.logonServer, seen.logonServer, rules.logonServers),
    memory: withoutStaleOpen(known.memory, seen, now),
  };
  const { workaround, replacing } = before.memory.open;
  if (seen.intent !== null && workaround === null && replacing === null)
    return resume(rules, before, seen, seen.intent, now);
  if (seen.role === 'server') return settle(before, serverExcluded, now);
  const requested = before.memory.request === null ? null : requestedOf(rules, before, seen, now);
  if (requested !== null) return requested;
  const blockers = blockersOf(rules.product, seen).filter(
    (blocker) => !isCuredByRestart(before, seen, blocker),
  );
  const upgrade = learn(rules, withoutRestart(before), seen, blockers, now);
  const proof = prove(rules.files, seen);
  if (replacing !== null && (proof.kind === 'current' || !isSameBoot(seen.bootId, replacing.bootId)))
    return proveReplacement(upgrade, replacing.preImage);
  if (proof.kind === 'current')
    return awaitMovedServices(rules, upgrade, seen, now) ?? settleProved(rules, upgrade, now);
  const restarting = stillRestarting(rules, before, seen, now);
  if (restarting !== null) return restarting;
  if (replacing !== null) return orderRestart(rules, upgrade, seen, 'replacement', now);
  if (blockers.length > 0) return escalate(rules, upgrade, seen, blockers, now);
  return followRoute(rules, upgrade, seen, proof, now);
}

/**
 * The client has a procedure open that the record does not know: Redis lost data, or another
 * servpack was here. The procedure is finished first; on a server it goes back, unless new files
 * are proved: the old ones may be removed already.
 */
function resume(rules: Rules, upgrade: Upgrade, seen: Observation, intent: Intent, now: number): Decision {
  const found = journalOf(intent);
  const isOver = bringsFiles(found) && isProved(found);
  const goesOn = found.direction === 'back' || isOver || seen.role !== 'server';
  const journal = goesOn ? found : turnBack(found, null);
  const tried = [...upgrade.memory.history.tried, attemptAt(found.procedure, found.service)];
  const whose = intent.campaign === rules.campaign ? '' : ` of the campaign ${intent.campaign}`;
  return beginProcedure(
    upgrade,
    journal,
    `found an unfinished ${procedureWords[found.procedure]}${whose} on the client`,
    {
      change: {
        learned: { lastLook: lookOf(seen, now) },
        history: intent.step === 'record' ? {} : { tried },
      },
    },
  );
}

/**
 * The client has restarted since its files were to be replaced. It is still to be proved that they
 * were, and that the service runs with them.
 */
const proveReplacement = (upgrade: Upgrade, preImage: SwapPreImage): Decision =>
  beginProcedure(
    upgrade,
    afterRestart(preImage),
    'it has restarted: whether the new files are in their places is proved now',
    { change: { open: { replacing: null } } },
  );

function requestedOf(rules: Rules, upgrade: Upgrade, seen: Observation, now: number): Decision | null {
  const looked = withMemory(upgrade, { learned: { lastLook: lookOf(seen, now) } });
  return followRequest(rules, looked, seen, now);
}

const lookOf = ({ bootId, evidence }: Observation, at: number): Learned['lastLook'] => ({
  at,
  bootId,
  evidence,
});

/**
 * Logon, site and helper servers have the same service legitimately. The role that the look found
 * counts, not the one in the fleet file.
 */
const serverExcluded = {
  end: 'excluded',
  cause: 'server',
  because: 'this machine is a server; servers are excluded',
  blockers: [],
} as const;

/** A service that the workaround set to manual still runs in this boot, and not in the next one. */
const isCuredByRestart = ({ memory: { open } }: Upgrade, seen: Observation, blocker: Blocker): boolean =>
  blocker.kind === 'service' &&
  open.workaround !== null &&
  isSameBoot(open.workaround.bootId, seen.bootId) &&
  blocker.service.toLowerCase() === open.workaround.preImage.service.name.toLowerCase();

/**
 * The upgrade with what the look has taught. Times are servpack's: a client's clock may be wrong.
 */
function learn(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  blockers: readonly Blocker[],
  now: number,
): Upgrade {
  const { open, learned } = upgrade.memory;
  // Another person may have run Upgrade.bat on the client, or servpack's own mark had an unknown
  // outcome. By the direct route a mark alone starts nothing.
  const isMarked =
    rules.product.route === 'logon' && (seen.setupPhase === 'upgrade' || seen.setupPhase === 'verifyFiles');
  const look = { at: now, bootId: seen.bootId };
  const persistenceFor = (blocker: Blocker) => persistenceOf(rules.policy, blockerClass(blocker));
  return withMemory(upgrade, {
    open: {
      mark: open.mark ?? (isMarked ? look : null),
      unanswered: isMarked ? false : open.unanswered,
    },
    learned: {
      sightings: countSightings(persistenceFor, learned.sightings, blockers, look),
      seen: withSeen(learned.seen, blockers.map(fingerprint)),
      lastLook: lookOf(seen, now),
    },
  });
}

const withSeen = (seen: readonly string[], found: readonly string[]): readonly string[] =>
  found.every((each) => seen.includes(each)) ? seen : [...new Set([...seen, ...found])];
