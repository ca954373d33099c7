import type { FleetStore } from '../../shared/store/fleet-store.ts';

/**
 * The client's name as the fleet spells it: a person may type it in any case, as a check-in may
 * (`%COMPUTERNAME%` is all capitals). The typed spelling stays where it is a client of its own, and
 * where the fleet does not have the name, or has two that differ by case only.
 */
export async function fleetSpelling(store: Pick<FleetStore, 'readClient'>, typed: string): Promise<string> {
  if ((await store.readClient(typed)) !== null) return typed;
  const spellings = [...new Set([typed.toLowerCase(), typed.toUpperCase()])];
  const found = await Promise.all(spellings.map((spelling) => store.readClient(spelling)));
  const [one, another] = found.filter((client) => client !== null);
  return one !== undefined && another === undefined ? one.client : typed;
}
