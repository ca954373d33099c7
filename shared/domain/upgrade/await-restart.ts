import { spread } from '../rules/backoff.ts';
import type { Rules } from '../rules/policy.ts';
import { type FullPlace, restartLimitWords } from '../rules/restart-limits.ts';
import { withoutPlan } from './closed-window.ts';
import type { Decision } from './events.ts';
import type { Upgrade } from './state.ts';
import { noteWait } from './waits.ts';

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
