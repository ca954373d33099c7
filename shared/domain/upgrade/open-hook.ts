import type { ClientHookMoment, ClientHookRun } from '../rules/client-hooks.ts';
import type { Upgrade, UpgradeState } from './state.ts';

/** How the hooks of a client stand, as its record says it. */

/** The run of this attempt; undefined = the hook was not asked for yet. */
export function hookRun({ attempt, memory }: Upgrade, moment: ClientHookMoment): ClientHookRun | undefined {
  const run = memory.history.hooks?.[moment];
  return run?.attempt === attempt ? run : undefined;
}

/** A hook that an orchestrator has to run, or runs now. */
export interface OpenHook {
  readonly moment: ClientHookMoment;
  readonly run: ClientHookRun;
}

/** The hook that is open for a client; null = there is none. */
export function openHook(upgrade: Upgrade): OpenHook | null {
  const { state } = upgrade;
  const moment = state.phase === 'settled' ? 'after' : 'before';
  const run = hookRun(upgrade, moment);
  if (run === undefined || !isOpen(run)) return null;
  // While a check-in has the client looked at, only a command that runs is still open.
  return moment === 'after' || waitsForHook(state) || run.state === 'running' ? { moment, run } : null;
}

const isOpen = ({ state }: ClientHookRun): boolean =>
  state === 'asked' || state === 'running' || state === 'wait';

/** Nothing begins on the client before its hook says go. */
export const waitsForHook = (state: UpgradeState): boolean =>
  state.phase === 'deferred' && state.class === 'hook';

/** The hook that a change has opened, for which an orchestrator has to be asked; null = none. */
export function newlyOpen(before: Upgrade, after: Upgrade): OpenHook | null {
  const open = openHook(after);
  return open?.moment === openHook(before)?.moment && before.attempt === after.attempt ? null : open;
}
