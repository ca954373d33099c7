import { isSameBoot } from '../observation/boot.ts';
import { executablePathOf } from '../observation/image-path.ts';
import type { Observation, PreImage, Service } from '../observation/observation.ts';
import { runStateWords } from '../observation/words.ts';
import type { Ending } from '../outcome/ending.ts';
import { wayBack } from '../remediation/procedure.ts';
import type { Rules } from '../rules/policy.ts';
import type { Decision } from './events.ts';
import type { Watch } from './memory.ts';
import { isWhereMoved, movedServices } from './moved-services.ts';
import { type Upgrade, withMemory } from './state.ts';
import { beginProcedure, transition } from './transitions.ts';

/** Windows starts a service with a delayed start two minutes after the others. */
const delayedStartMs = 180_000;

/** So often a service may end and be started again before it counts as one that does not run. */
const endsAtMost = 2;

/**
 * The release is proved, and servpack has relocated services of this client. Each that starts with
 * Windows must also run from its new place after the restart of the client, and after the settle
 * time still as the same process. One that does not is moved back.
 * @returns null where all of them live: the upgrade may settle
 */
export function awaitMovedServices(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  now: number,
): Decision | null {
  let watching: Upgrade = upgrade;
  let until: number | null = null;
  for (const preImage of movedServices(upgrade.memory.learned)) {
    const service = seen.services.find((each) => isWhereMoved(each, preImage));
    if (service === undefined || !startsWithWindows(service)) continue;
    const watch = watchOn(upgrade, service, seen.bootId, now);
    const waitMs = waitFor(rules, service);
    const isOver = now - watch.since >= waitMs;
    if (watch.ends > endsAtMost || (isOver && service.state !== 'running'))
      return moveBack(watching, preImage, service);
    if (isOver) continue;
    until = Math.max(until ?? 0, watch.since + waitMs);
    watching = withMemory(watching, {
      learned: { watched: { ...watching.memory.learned.watched, [keyOf(service)]: watch } },
    });
  }
  if (until === null) return null;
  const because = 'the release is proved; whether the moved service keeps running is looked at once more';
  return transition(watching, { phase: 'deferred', class: 'service', until, because, blockers: [] }, because);
}

const startsWithWindows = ({ startType }: Service): boolean =>
  startType === 'automatic' || startType === 'delayed';

const keyOf = ({ name }: Service): string => name.toLowerCase();

function waitFor({ product: { relocatable } }: Rules, service: Service): number {
  const settleMs = Object.hasOwn(relocatable, keyOf(service))
    ? (relocatable[keyOf(service)]?.settleMs ?? 0)
    : 0;
  const mayStillStart = service.startType === 'delayed' || service.state === 'startPending';
  return service.state !== 'running' && mayStillStart ? Math.max(settleMs, delayedStartMs) : settleMs;
}

/** Since when the service is as this look finds it, and how often it has ended before. */
function watchOn({ memory: { learned } }: Upgrade, service: Service, bootId: string, now: number): Watch {
  const pid = service.state === 'running' ? service.pid : null;
  const key = keyOf(service);
  const before = Object.hasOwn(learned.watched, key) ? learned.watched[key] : undefined;
  if (before === undefined || !isSameBoot(before.bootId, bootId)) return { bootId, pid, since: now, ends: 0 };
  if (before.pid === pid) return before;
  return { bootId, pid, since: now, ends: before.ends + (before.pid === null ? 0 : 1) };
}

function moveBack(upgrade: Upgrade, preImage: PreImage, service: Service): Decision {
  const { name } = preImage.service;
  const because =
    `every file has the hash of the release, but ${name} does not keep running from ` +
    `${executablePathOf(service)}, where servpack had moved it (${runStateWords[service.state]}); it was moved back`;
  const ending: Ending = {
    end: 'needsAttention',
    cause: 'moved service does not run',
    because,
    blockers: [],
  };
  const journal = wayBack({ procedure: 'relocation', preImage }, ending);
  const change = { learned: { watched: {} } };
  return beginProcedure(upgrade, journal, `${name} does not keep running at its new place`, { change });
}
