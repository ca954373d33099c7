import { counted } from '../domain/counted.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { nameOf } from '../../shared/domain/campaign/machine.ts';
import { fault } from '../../shared/errors.ts';
import type { OperatorStore } from '../../shared/store/store.ts';
import type { FleetInput } from '../background/results.ts';
import type { Refusal } from '../refusal.ts';
import { whyKept } from './remove.ts';

/**
 * Clients of the fleet that a file does not name in any case. One that the file spells otherwise is
 * a fault of the file.
 */
export async function leavingClients(
  store: OperatorStore,
  rows: readonly Client[],
): Promise<readonly string[]> {
  const named = new Set(rows.map(({ client }) => nameOf(client)));
  const leaving: string[] = [];
  for await (const client of store.fleetNames()) if (!named.has(nameOf(client))) leaving.push(client);
  return leaving.sort();
}

/** Why the fleet cannot be made that of the file; null = it can. */
export async function whyNotPruned(
  store: OperatorStore,
  leaving: readonly string[],
  { removes, gone = false }: FleetInput,
): Promise<Refusal | null> {
  if (removes !== undefined && removes !== leaving.length)
    return fault(
      'fleet.changed',
      `nothing was changed: ${counted(leaving.length, 'client')} would leave the fleet now, and ${removes} when you were asked; try again`,
    );
  return whyKept(store, leaving, gone);
}
