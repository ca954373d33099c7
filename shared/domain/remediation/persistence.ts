import { type Blocker, fingerprint } from '../observation/blocker.ts';
import { isSameBoot } from '../observation/boot.ts';
import type { PersistencePolicy } from '../rules/policy.ts';

/** How long one blocker has been in the way. */
export interface Sighting {
  readonly since: number;
  readonly lastCounted: number;
  readonly looks: number;
  readonly restarts: number;
  readonly bootId: string;
}

/** By blocker fingerprint. */
export type Sightings = Readonly<Record<string, Sighting>>;

/**
 * The sightings after one more look. Blockers that are gone are dropped. A look closer than
 * `minGapMs` to the last counted one does not count. A blocker that is found in another boot has
 * survived a restart.
 */
export function countSightings(
  policyOf: (blocker: Blocker) => PersistencePolicy,
  before: Sightings,
  blockers: readonly Blocker[],
  look: { readonly at: number; readonly bootId: string },
): Sightings {
  if (blockers.length === 0) return nothingSighted;
  const named = new Map(blockers.map((blocker) => [fingerprint(blocker), blocker]));
  return Object.fromEntries(
    [...named].map(([name, blocker]) => [name, countOne(policyOf(blocker), before[name], look)]),
  );
}

const nothingSighted: Sightings = {};

function countOne(
  policy: PersistencePolicy,
  before: Sighting | undefined,
  { at, bootId }: { readonly at: number; readonly bootId: string },
): Sighting {
  if (before === undefined) return { since: at, lastCounted: at, looks: 1, restarts: 0, bootId };
  const restarts = before.restarts + (isSameBoot(bootId, before.bootId) ? 0 : 1);
  const counts = at - before.lastCounted >= policy.minGapMs;
  return {
    since: before.since,
    lastCounted: counts ? at : before.lastCounted,
    looks: before.looks + (counts ? 1 : 0),
    restarts,
    bootId,
  };
}

/** Why waiting for this blocker no longer helps, in words; null while it may still go by itself. */
export function persistsBecause(policy: PersistencePolicy, sighting: Sighting): string | null {
  const { looks, restarts, since, lastCounted } = sighting;
  if (restarts >= policy.restarts) return `still there after ${restarts} restart${restarts === 1 ? '' : 's'}`;
  if (looks >= policy.looks) return `found by ${looks} looks`;
  if (lastCounted - since >= policy.afterMs)
    return `there for ${Math.floor((lastCounted - since) / 3_600_000)} hours`;
  return null;
}
