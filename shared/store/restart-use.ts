import { restartPlaces, type RestartRules } from '../domain/rules/restart-limits.ts';
import type { Upgrade } from '../domain/upgrade/state.ts';
import { mayHaveRestartSlot } from '../domain/upgrade/waits.ts';
import type { Commit, RestartUse } from './upgrade-store.ts';

/**
 * A campaign may limit how many clients restart at the same time. The store gives the slots out; a
 * client that finds none waits in a line, without any slot, and spends no budget.
 */

/**
 * What this upgrade needs of the slots of restarts; undefined = they stay as they are. An upgrade
 * that gives its ordinary slots back keeps no slot of a restart that is not ordered.
 * @param rules left out = the campaign has no limits
 */
export function restartUseOf(
  rules: RestartRules | undefined,
  before: Upgrade,
  { state, memory, logonServer }: Upgrade,
  place: Commit['place'],
): RestartUse | undefined {
  if (rules === undefined) return undefined;
  const asked = { terms: rules.terms, places: restartPlaces(rules, logonServer) };
  if (state.phase === 'ordering') return { needs: 'slot', ...asked };
  if (state.phase === 'deferred' && state.class === 'restarts') return { needs: 'turn', ...asked };
  if (state.phase === 'settled') return { needs: 'none' };
  if (memory.open.restart !== null) return undefined;
  const isOver = before.memory.open.restart !== null;
  const keeps = place.index === 'driven' || (place.index === 'due' && place.keepsSlots);
  return isOver || !keeps ? { needs: 'none' } : undefined;
}

/** What an upgrade gives back whose rules were not read: it may have had a slot, or a turn. */
export const givenUpUse = (upgrade: Upgrade): RestartUse | undefined =>
  mayHaveRestartSlot(upgrade) ? { needs: 'none' } : undefined;
