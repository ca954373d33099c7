import type { Ending } from '../../shared/domain/outcome/ending.ts';
import { endedMarked } from '../../shared/domain/upgrade/count-upgrade.ts';
import { changeMemory, newMemory, type MemoryChange } from '../../shared/domain/upgrade/memory.ts';
import { newUpgrade, type Upgrade } from '../../shared/domain/upgrade/state.ts';
import { stillMarked } from '../../shared/domain/outcome/counters.ts';

/**
 * A settled upgrade that a person reopens: it begins its next attempt, or the reason why it does
 * not.
 */
export type Reopening =
  | { readonly kind: 'reopened'; readonly upgrade: Upgrade; readonly because: string }
  | { readonly kind: 'refused'; readonly because: string };

/**
 * Begins the next attempt, with a look and new budgets. What servpack did on the client stays
 * known.
 */
export function retry(upgrade: Upgrade, reason: string): Reopening {
  const { state } = upgrade;
  if (state.phase !== 'settled') return refused(`it has not settled: it is ${state.phase}`);
  if (state.end === 'upgraded' || state.cause === 'already current')
    return refused(`there is nothing to retry: ${state.because}`);
  // Without the mark the client would be marked and restarted again, and an abort would not name
  // it.
  return reopened(upgrade, { open: { mark: upgrade.memory.open.mark } }, `retried: ${reason}`);
}

/** Begins an attempt that relocates the service back to its original path. */
export function undo(upgrade: Upgrade, by: string, reason: string): Reopening {
  const { state, memory } = upgrade;
  if (state.phase !== 'settled') return refused(`it has not settled: it is ${state.phase}`);
  if (memory.learned.beforeRelocation === null) return refused('servpack has not moved a service on it');
  return reopened(upgrade, { request: { kind: 'undo', by, reason } }, `to be moved back: ${reason}`);
}

/**
 * Begins an attempt that takes back the mark of a client. Where that fails the upgrade settles as
 * `still marked`, whatever its cause was before.
 */
export function unmark(upgrade: Upgrade, reason: string): Reopening {
  const { state } = upgrade;
  if (state.phase !== 'settled') return refused(`it has not settled: it is ${state.phase}`);
  if (!endedMarked(upgrade)) return refused('it is not marked');
  return reopened(
    upgrade,
    { request: { kind: 'unmark', ending: markedEnding(state) } },
    `to be unmarked: ${reason}`,
  );
}

const markedEnding = ({ end, cause, because, blockers }: Ending): Ending =>
  cause === stillMarked
    ? { end, cause, because, blockers }
    : { end, cause: stillMarked, because: `${cause}: ${because}; it is marked, too`, blockers };

function reopened(upgrade: Upgrade, change: MemoryChange, because: string): Reopening {
  const { learned, open } = upgrade.memory;
  const { workaround, replacing, unfinished } = open;
  const kept = changeMemory(newMemory, {
    open: { workaround, replacing, unfinished },
    learned: { ...learned, sightings: {}, watched: {}, lastLook: null },
  });
  return {
    kind: 'reopened',
    upgrade: {
      ...newUpgrade(upgrade.client, upgrade.wave, upgrade.logonServer),
      attempt: upgrade.attempt + 1,
      memory: changeMemory(kept, change),
    },
    because,
  };
}

const refused = (because: string): Reopening => ({ kind: 'refused', because });
