import { fingerprint } from '../observation/blocker.ts';
import type { WaitClass } from '../rules/policy.ts';
import type { Decision } from './events.ts';
import type { Memory } from './memory.ts';
import { type Upgrade, withMemory } from './state.ts';

/**
 * Since when a client waits for what it waits for now. A look that finds the same again does not
 * begin a new wait: a client that waits for a logon since Thursday does so on Monday, too.
 */

type Waits = Memory['history']['waits'];

/**
 * Notes for what the client waits from now on. A closed window and a night in which the client is
 * off are waits of their own, and interrupt no other: only a look that reached the client can tell
 * that it waits for something else. A settled client waits for nothing.
 */
export function noteWait(decision: Decision, now: number): Decision {
  if (decision.kind !== 'changed') return decision;
  const { upgrade } = decision;
  const { state, memory } = upgrade;
  if (state.phase === 'settled')
    return { ...decision, upgrade: withMemory(upgrade, { history: { waits: {} } }) };
  if (state.phase !== 'deferred') return decision;
  const kept = stillWaits(memory.history.waits, state.class);
  if (kept === memory.history.waits && kept[state.class] !== undefined) return decision;
  const waits = { ...kept, [state.class]: kept[state.class] ?? now };
  return { ...decision, upgrade: withMemory(upgrade, { history: { waits } }) };
}

/** Waits of which a look that finds `found` does not tell that they are over. */
function stillWaits(waits: Waits, found: WaitClass): Waits {
  if (found === 'window') return waits;
  const isOver = hasNotSeen.has(found)
    ? (kind: string): boolean => kind === 'window'
    : (kind: string): boolean => kind !== found;
  if (!Object.keys(waits).some(isOver)) return waits;
  return Object.fromEntries(Object.entries(waits).filter(([kind]) => !isOver(kind))) as Waits;
}

/** Deferrals after which nobody knows how the client is. */
const hasNotSeen: ReadonlySet<WaitClass> = new Set(['window', 'unreachable', 'couldNotLook']);

/**
 * When the reason began for which the upgrade stands where it stands, in policy time; null where
 * the record does not say it.
 */
export function waitsSince({ state, memory }: Upgrade): number | null {
  switch (state.phase) {
    case 'deferred':
      return earliest([
        ...state.blockers.map((each) => memory.learned.sightings[fingerprint(each)]?.since),
        memory.history.waits[state.class],
      ]);
    case 'restarting':
      return memory.open.restart?.orderedAt ?? null;
    case 'settled':
      return state.at;
    case 'looking':
    case 'marking':
    case 'unmarking':
    case 'updating':
    case 'ordering':
    case 'notifying':
    case 'remedying':
      return null;
  }
}

/**
 * Since when the client has waited without a look that found it waiting for something else; null
 * where it does not wait. A closed window does not interrupt it.
 */
export const stuckSince = (upgrade: Upgrade): number | null =>
  upgrade.state.phase === 'settled'
    ? null
    : earliest([waitsSince(upgrade), ...Object.values(upgrade.memory.history.waits)]);

/**
 * The moment at which a deferred client would be looked at next, had no look taught when it is
 * free; null = it is looked at then.
 */
export function plannedInstead({ state, memory }: Upgrade): number | null {
  const { learned, history } = memory;
  const isPlanned = state.phase === 'deferred' && history.lastDeferral?.until === state.until;
  return isPlanned ? (learned.freeTime?.instead ?? null) : null;
}

/** May the client have a slot of a restart, or a turn in the line for one? */
export const mayHaveRestartSlot = ({ state, memory }: Upgrade): boolean =>
  state.phase !== 'settled' && (memory.open.restart !== null || 'restarts' in memory.history.waits);

function earliest(times: readonly (number | null | undefined)[]): number | null {
  const known = times.filter((time) => typeof time === 'number');
  return known.length === 0 ? null : Math.min(...known);
}
