import { type SpentLimit, spentLimitWords } from '../rules/remediation-limits.ts';
import type { Rules } from '../rules/policy.ts';
import { awaitLimit, type Changed } from './await-limit.ts';
import { beginsSomething } from './placement.ts';
import type { Upgrade } from './state.ts';

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

/** The decision of a client whose remediation the store has refused because of a limit. */
export function awaitRemediation(
  rules: Rules,
  before: Upgrade,
  planned: Upgrade,
  spent: SpentLimit,
  now: number,
): Changed {
  const because = `waits: ${spentLimitWords(spent)}`;
  const blockers = 'blockers' in planned.state ? planned.state.blockers : [];
  const wait = { class: 'remediation', because, roomAt: spent.roomAt, blockers } as const;
  return awaitLimit(rules, before, planned, wait, now);
}
