import { spread } from '../rules/backoff.ts';
import type { Rules } from '../rules/policy.ts';
import { withoutPlan } from './closed-window.ts';
import type { Decision } from './events.ts';
import type { Blocker } from '../observation/blocker.ts';
import type { Upgrade } from './state.ts';
import { noteWait } from './waits.ts';

/** Only a client that gives room back, or an edit, ends the wait; a look says what is new. */
const lookAgainMs = 3_600_000;
/** Clients that wait for the same moment do not all look at once. */
const spreadMs = 10 * 60_000;

export type Changed = Extract<Decision, { kind: 'changed' }>;

/** What a client waits for that its campaign limits. */
export interface LimitWait {
  readonly blockers: readonly Blocker[];
  readonly class: 'remediation' | 'restarts';
  readonly because: string;
  /** When there is room again: policy time; null = nobody knows. */
  readonly roomAt: number | null;
}

/** The decision of a client whose step the store has refused because of a limit. */
export function awaitLimit(
  rules: Rules,
  before: Upgrade,
  planned: Upgrade,
  { class: kind, because, roomAt, blockers }: LimitWait,
  now: number,
): Changed {
  const point = spread(rules.seed, rules.campaign, planned.client, kind);
  const until = (roomAt ?? now + lookAgainMs) + Math.floor(point * spreadMs);
  const state = { phase: 'deferred', class: kind, until, because, blockers } as const;
  const upgrade = { ...withoutPlan(before, planned), state };
  const noted = noteWait({ kind: 'changed', upgrade, because }, now);
  return noted.kind === 'changed' ? noted : { kind: 'changed', upgrade, because };
}
