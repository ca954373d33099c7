import { type Counters, stateCounter } from '../../shared/domain/outcome/counters.ts';
import type { FactCounts } from '../../shared/domain/outcome/facts.ts';
import { countersOf } from '../../shared/domain/upgrade/count-upgrade.ts';
import { countsSince } from '../domain/stops.ts';
import type { World } from './world.ts';

/** The counters of the campaign, as a recount of its records gives them. */
export function countersIn({ members }: World): Counters {
  const counters: Record<string, number> = {};
  const add = (more: Counters): void => {
    for (const [name, count] of Object.entries(more)) counters[name] = (counters[name] ?? 0) + count;
  };
  for (const { upgrade, wave, client } of members)
    add(upgrade === null ? { [stateCounter(wave, client.logonServer, 'waiting')]: 1 } : countersOf(upgrade));
  return counters;
}

/** What each stop rule counts now. */
export function factsIn({ campaign, facts, now }: World): readonly FactCounts[] {
  const { definition, state } = campaign;
  const begun = 'startedAt' in state ? state : {};
  return (definition.stop ?? []).map((rule) => {
    const since = countsSince(rule, begun, now);
    const counted = facts.filter(({ at }) => at > since);
    const amounts = (isCause: boolean): Record<string, number> => {
      const names = counted.filter(({ name }) => name.startsWith('|') === isCause).map(({ name }) => name);
      return Object.fromEntries(
        [...new Set(names)].map((name) => [
          isCause ? name.slice(1) : name,
          names.filter((each) => each === name).length,
        ]),
      );
    };
    return { kinds: amounts(false), causes: amounts(true) };
  });
}
