import type { Rules } from '../rules/policy.ts';
import { type FullPlace, restartLimitWords } from '../rules/restart-limits.ts';
import { awaitLimit, type Changed } from './await-limit.ts';
import type { Upgrade } from './state.ts';

/**
 * The decision of a client whose restart the store has refused because of a limit. The line wakes
 * the client; its look is for a line that was lost.
 */
export function awaitRestart(
  rules: Rules,
  before: Upgrade,
  planned: Upgrade,
  full: FullPlace,
  now: number,
): Changed {
  const because = `waits to restart: ${restartLimitWords(full)}`;
  const wait = { class: 'restarts', because, roomAt: null, blockers: [] } as const;
  return awaitLimit(rules, before, planned, wait, now);
}
