import type { Service } from '../../domain/observation/observation.ts';
import { ok } from '../../errors.ts';
import type { GatewayResult } from '../gateway.ts';

/** Reads a service by its name; null = no such service is installed. */
type Find = (name: string) => Promise<GatewayResult<Service | null>>;

/**
 * The service, with every running service that depends on it, directly or not, in an order in which
 * they can be stopped. EnumDependentServices lists in the reverse order of the starts, which says
 * nothing of services that a person started in another order, and tools other than Windows' own
 * list the direct dependants only. So each dependant is asked for its own dependants.
 */
export async function withDependants(find: Find, service: Service): Promise<GatewayResult<Service>> {
  const { neededBy = [], ...alone } = service;
  const order: string[] = [];
  const listed = await addDependants(find, neededBy, new Set([keyOf(service.name)]), order);
  if (!listed.ok) return listed;
  return ok(order.length === 0 ? alone : { ...alone, neededBy: order });
}

/** Adds these running services to the order, each after the services that depend on it. */
async function addDependants(
  find: Find,
  names: readonly string[],
  seen: Set<string>,
  order: string[],
): Promise<GatewayResult<void>> {
  for (const name of names) {
    if (seen.has(keyOf(name))) continue;
    seen.add(keyOf(name));
    const found = await find(name);
    if (!found.ok) return found;
    if (found.value === null || found.value.state === 'stopped') continue;
    const above = await addDependants(find, found.value.neededBy ?? [], seen, order);
    if (!above.ok) return above;
    order.push(name);
  }
  return ok(undefined);
}

/** Windows does not tell names of services apart by their case. */
export const keyOf = (name: string): string => name.toLowerCase();
