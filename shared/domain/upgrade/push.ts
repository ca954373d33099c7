import type { Observation } from '../observation/observation.ts';
import { type Proof, whyNot } from '../observation/proof.ts';
import { attemptAt } from '../remediation/escalation-steps.ts';
import { newJournal } from '../remediation/procedure.ts';
import type { Rules } from '../rules/policy.ts';
import type { Decision } from './events.ts';
import { type Upgrade, withoutMark } from './state.ts';
import { beginProcedure, defer } from './transitions.ts';

/**
 * Route `push`: servpack copies the files of the release to the client itself, as a journaled swap.
 * A swap that left no proof is tried again later, within the budget of class `download`.
 */
export function pushFiles(
  rules: Rules,
  upgrade: Upgrade,
  seen: Observation,
  proof: Exclude<Proof, { kind: 'current' }>,
  now: number,
): Decision {
  const { open, history } = upgrade.memory;
  if (open.mark !== null) return defer(rules, withoutMark(upgrade), 'download', whyNot(proof), now);
  const service = rules.product.swap?.service ?? '';
  if (seen.packageRunning) {
    const because = `${service || 'the product'} is at work; it is not stopped now`;
    return defer(rules, upgrade, 'busy', because, now);
  }
  if (isBusyAgainAndAgain(rules, upgrade)) {
    const because = `its files are held by something else each time that ${service || 'a swap'} makes way for them`;
    return beginProcedure(upgrade, newJournal('replaceAtRestart', service), because, {
      change: { history: { tried: [...history.tried, attemptAt('replaceAtRestart', service)] } },
    });
  }
  const because = `nothing is in the way: the files are swapped${service === '' ? '' : ` while ${service} is stopped`}`;
  return beginProcedure(upgrade, newJournal('swap', service), because);
}

/**
 * While the service runs it hides who else has its files open. The swap finds out when the service
 * is stopped, and goes back. When that repeats, only a restart gets past it.
 */
function isBusyAgainAndAgain({ policy: { ladder, persistence } }: Rules, { memory }: Upgrade): boolean {
  return ladder.includes('replaceAtRestart') && (memory.history.deferrals.busy ?? 0) >= persistence.looks;
}
