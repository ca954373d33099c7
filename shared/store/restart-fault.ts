import type { RestartEntry } from '../domain/rules/restart-limits.ts';
import type { StoredUpgrade } from './types.ts';

/** What can be wrong between a record and the slots of restarts. */
export const restartFaults = {
  restartNotCounted: 'it restarts, and had no slot of a restart',
  restartNotInLine: 'it waits for a slot of a restart, and was not in the line',
  restartNotWoken: 'it has got the slot of a restart, and was not woken',
  restartNotNeeded: 'it had the slot of a restart, or a turn for one, and needs none',
} as const;

export type RestartFault = keyof typeof restartFaults;

/**
 * Whether an entry agrees with the record of its client. A driver at work is between the two, so
 * the client of one is passed over.
 * @param entry read before the record; null = the client has none, or is not in the line
 * @param stored null = the client has no record
 */
export function restartFault(
  entry: Pick<RestartEntry, 'holds'> | null,
  stored: StoredUpgrade | null,
  now: number,
): RestartFault | null {
  if (stored?.index === 'driven') return null;
  const { state, memory } = stored?.upgrade ?? {};
  if (state === undefined || state.phase === 'settled' || memory === undefined)
    return entry === null ? null : 'restartNotNeeded';
  if (memory.open.restart !== null) return entry?.holds === true ? null : 'restartNotCounted';
  if (state.phase === 'deferred' && state.class === 'restarts') {
    if (entry === null) return 'restartNotInLine';
    const sleeps = stored?.index === 'due' && (stored.dueAt ?? 0) > now;
    return entry.holds && sleeps ? 'restartNotWoken' : null;
  }
  // A driver that stops hands its upgrade over, with all slots.
  const isHandedOver = stored?.index === 'due' && stored.holdsSlots;
  return entry === null || isHandedOver ? null : 'restartNotNeeded';
}
