import { leftSelection } from '../shared/domain/campaign/membership.ts';
import { openOnClient } from '../shared/domain/upgrade/memory.ts';
import type { Upgrade } from '../shared/domain/upgrade/state.ts';

/**
 * Settles the upgrade of a client that is not in the fleet any more, so that nobody knows its
 * address: a removal came while the client joined the campaign. Pure.
 * @returns null where something is open on the client: then the upgrade needs its entry
 */
export function cancelWithoutEntry(upgrade: Upgrade, now: number): Upgrade | null {
  const { state, memory } = upgrade;
  const isUntouched =
    (state.phase === 'looking' || state.phase === 'deferred') && openOnClient(memory).length === 0;
  if (!isUntouched) return null;
  const because = 'it is not in the fleet any more';
  const ending = { end: 'cancelled', cause: leftSelection, because, blockers: [] } as const;
  return { ...upgrade, state: { phase: 'settled', at: now, ...ending } };
}
