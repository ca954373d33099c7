import { defer, transition, unmarked } from './transitions.ts';
import type { Observation } from '../observation/observation.ts';
import type { Rules } from '../rules/policy.ts';
import { newJournal } from '../remediation/procedure.ts';
import { type Proof, whyNot } from '../observation/proof.ts';
import { attemptAt } from '../remediation/escalation-steps.ts';
import type { Decision } from './events.ts';
import type { Upgrade } from './state.ts';

/**
 * Route `push`: servpack brings the files of the release itself, as a journaled swap. What a swap has left without proof is tried again
 * later, within the budget of class `download`.
 */
export function goByPush(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  proof: Exclude<Proof, { kind: 'current' }>,
  now: number,
): Decision {
  if (upgrade.memory.open.mark !== null)
    return defer(rules, unmarked(upgrade), 'download', whyNot(proof), now);
  const service = rules.product.swap?.service ?? '';
  if (seen.packageRunning)
    return defer(
      rules,
      upgrade,
      'busy',
      `${service || 'the product'} is at work; it is not stopped now`,
      now,
    );
  if (isHeldAgainAndAgain(rules, upgrade)) {
    const journal = newJournal('replaceAtRestart', service);
    const because = `its files are held by something else each time that ${service || 'a swap'} makes way for them`;
    return transition(upgrade, { phase: 'remedying', journal, retryAt: null, blockers: [] }, because, {
      history: { tried: [...upgrade.memory.history.tried, attemptAt('replaceAtRestart', service)] },
    });
  }
  const because = `nothing is in the way: the files are swapped${service === '' ? '' : ` while ${service} is stopped`}`;
  return transition(
    upgrade,
    { phase: 'remedying', journal: newJournal('swap', service), retryAt: null, blockers: [] },
    because,
  );
}

/** What a running service hides is seen only once it is stopped, and the swap goes back: then a restart is what is left to get past it. */
function isHeldAgainAndAgain({ policy: { ladder, persistence } }: Rules, { memory }: Upgrade): boolean {
  return ladder.includes('replaceAtRestart') && (memory.history.deferrals.busy ?? 0) >= persistence.looks;
}
