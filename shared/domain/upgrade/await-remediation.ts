import { type SpentLimit, spentLimitWords } from '../rules/remediation-limits.ts';
import { spread } from '../rules/backoff.ts';
import type { Rules } from '../rules/policy.ts';
import { withoutPlan } from './closed-window.ts';
import type { Decision } from './events.ts';
import { beginsSomething } from './placement.ts';
import type { Upgrade } from './state.ts';
import { noteWait } from './waits.ts';

/**
 * A campaign may limit how many remediations begin. The store counts them with the commit that
 * begins one; a client beyond the limit waits without a slot and spends no budget.
 */

/**
 * The name of the remediation that this state begins; null = it begins none. A swap brings the
 * files of the release, and is none.
 */
export function remediationBegun(upgrade: Upgrade): string | null {
  const { state, memory, client, attempt } = upgrade;
  if (state.phase !== 'remedying' || state.journal.procedure === 'swap' || !beginsSomething(upgrade))
    return null;
  return `${client}|${attempt}|${memory.history.tried.length}`;
}

/** Only an edit raises the limit of a wave; until then a look tells what is new. */
const lookAgainMs = 3_600_000;
/** Clients that wait for the same moment do not all look at once. */
const spreadMs = 10 * 60_000;

type Changed = Extract<Decision, { kind: 'changed' }>;

/** The decision of a client whose remediation the store has refused because of a limit. */
export function awaitRemediation(
  rules: Rules,
  before: Upgrade,
  planned: Upgrade,
  spent: SpentLimit,
  now: number,
): Changed {
  const point = spread(rules.seed, rules.campaign, planned.client, 'remediation');
  const until = (spent.roomAt ?? now + lookAgainMs) + Math.floor(point * spreadMs);
  const because = `waits: ${spentLimitWords(spent)}`;
  const blockers = 'blockers' in planned.state ? planned.state.blockers : [];
  const state = { phase: 'deferred', class: 'remediation', until, because, blockers } as const;
  const upgrade = { ...withoutPlan(before, planned), state };
  const noted = noteWait({ kind: 'changed', upgrade, because }, now);
  return noted.kind === 'changed' ? noted : { kind: 'changed', upgrade, because };
}
