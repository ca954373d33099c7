import type { Clock } from '../shared/clock.ts';
import {
  beginsSomething,
  isRepeatable,
  placementOf,
  type QueueName,
  queueOf,
} from '../shared/domain/upgrade/placement.ts';
import { countersOf } from '../shared/domain/upgrade/count-upgrade.ts';
import type { Upgrade } from '../shared/domain/upgrade/state.ts';
import { difference } from '../shared/domain/outcome/counters.ts';
import type { Commit, Evidence, Fence, Message, UpgradeKey } from '../shared/store/types.ts';

/** Who commits, and from which queue. */
export interface Committing {
  readonly clock: Clock;
  readonly key: UpgradeKey;
  readonly fence: Fence;
  readonly queue: QueueName;
  /** Fires when the worker is to stop: what is driven rests at the next boundary, so that another goes on. */
  readonly quiet?: AbortSignal;
}

/** What the record holds while this driver has the lease. */
export interface Held {
  readonly version: number;
  readonly upgrade: Upgrade;
  readonly inbox: readonly Message[];
}

/** Where the upgrade goes, why, and on what evidence. */
export interface Move {
  readonly upgrade: Upgrade;
  readonly because: string;
  readonly evidence: readonly Evidence[];
}

/** A move as the store takes it: everything that follows from the next state is derived here. */
export function commitOf(
  { key, fence, clock, queue, quiet }: Committing,
  held: Held,
  { upgrade, because, evidence }: Move,
  consumed: number,
): Commit {
  const at = clock.now();
  return {
    key,
    version: held.version,
    fence,
    at,
    upgrade,
    consumed,
    step: beginsSomething(upgrade) ? 'start' : 'finish',
    place: placeOf(upgrade, queue, at, quiet?.aborted === true),
    counters: difference(countersOf(held.upgrade), countersOf(upgrade)),
    audit: {
      at,
      campaign: key.campaign,
      client: key.client,
      who: `worker ${fence.owner}`,
      from: held.upgrade.state.phase,
      to: upgrade.state.phase,
      because,
      evidence: evidence[0]?.sha256 ?? null,
    },
    evidence,
  };
}

/**
 * Work that belongs to the other queue rests until now, so that the other queue's limits apply to it; so does what a worker that stops
 * hands over.
 */
function placeOf(upgrade: Upgrade, queue: QueueName, at: number, isQuiet: boolean): Commit['place'] {
  const placement = placementOf(upgrade);
  switch (placement.kind) {
    case 'settled':
      return { index: 'settled' };
    case 'rest':
      return { index: 'due', dueAt: placement.until, keepsSlots: placement.keepsSlots };
    case 'drive':
      return queueOf(upgrade) === queue && !(isQuiet && isRepeatable(upgrade))
        ? { index: 'driven' }
        : { index: 'due', dueAt: at, keepsSlots: true };
  }
}
