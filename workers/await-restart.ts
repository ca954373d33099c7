import {
  type FullPlace,
  restartLimitWords,
  restartPlaces,
  type RestartRules,
} from '../shared/domain/rules/restart-limits.ts';
import { spread } from '../shared/domain/rules/backoff.ts';
import type { Rules } from '../shared/domain/rules/policy.ts';
import { withoutPlan } from '../shared/domain/upgrade/closed-window.ts';
import type { Decision } from '../shared/domain/upgrade/events.ts';
import type { Upgrade } from '../shared/domain/upgrade/state.ts';
import { mayHaveRestartSlot, noteWait } from '../shared/domain/upgrade/waits.ts';
import type { Commit, RestartUse } from '../shared/store/upgrade-store.ts';

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

/** The line wakes the client; this look is for a line that was lost, and tells what is new. */
const lookAgainMs = 3_600_000;
const spreadMs = 10 * 60_000;

type Changed = Extract<Decision, { kind: 'changed' }>;

/** The decision of a client whose restart the store has refused because of a limit. */
export function awaitRestart(
  rules: Rules,
  before: Upgrade,
  planned: Upgrade,
  full: FullPlace,
  now: number,
): Changed {
  const point = spread(rules.seed, rules.campaign, planned.client, 'restarts');
  const until = now + lookAgainMs + Math.floor(point * spreadMs);
  const because = `waits to restart: ${restartLimitWords(full)}`;
  const state = { phase: 'deferred', class: 'restarts', until, because, blockers: [] } as const;
  const upgrade = { ...withoutPlan(before, planned), state };
  const noted = noteWait({ kind: 'changed', upgrade, because }, now);
  return noted.kind === 'changed' ? noted : { kind: 'changed', upgrade, because };
}
