import type { FleetStore } from '../../shared/store/fleet-store.ts';
import type { RemovalStore } from '../../shared/store/removal-store.ts';

/**
 * The client's name as the fleet spells it: a person may type it in any case, as a check-in may
 * (`%COMPUTERNAME%` is all capitals). The typed spelling stays where it is a client of its own, and
 * where the fleet does not have the name, or has two that differ by case only.
 */
export async function fleetSpelling(store: Pick<FleetStore, 'spellings'>, typed: string): Promise<string> {
  const [spelled = typed] = await fleetSpellings(store, [typed]);
  return spelled;
}

/** The same for many names, in the same order. */
export async function fleetSpellings(
  store: Pick<FleetStore, 'spellings'>,
  typed: readonly string[],
): Promise<readonly string[]> {
  const found = await store.spellings(typed);
  return typed.map((name, at) => {
    const [one, another] = found[at] ?? [];
    const isPlain = one === undefined || another !== undefined || found[at]?.includes(name) === true;
    return isPlain ? name : one;
  });
}

/** The same for the audit, which also knows clients that have left the fleet. */
export async function auditSpelling(
  store: Pick<FleetStore & RemovalStore, 'spellings' | 'formerNames'>,
  typed: string,
): Promise<string> {
  const [found = []] = await store.spellings([typed]);
  const former = found.length > 0 ? [] : await store.formerNames(typed);
  const known = found.length > 0 ? found : former;
  return known.includes(typed) || known.length !== 1 ? typed : (known[0] ?? typed);
}
