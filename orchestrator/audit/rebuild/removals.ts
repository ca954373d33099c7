import type { Client } from '../../../shared/domain/campaign/definition.ts';
import type { Store } from '../../../shared/store/store.ts';
import type { AuditEntry } from '../../../shared/store/types.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * Entries for removed clients of which the files hold none, because they had left the fleet before
 * it was written. A campaign is put back with all its clients, and each needs a home.
 */
export function standIns({ fleet, gone, picks }: Snapshot): readonly Client[] {
  const missing = new Set(gone.filter((client) => !fleet.has(client)));
  if (missing.size === 0) return [];
  const found = new Map<string, Client>();
  for (const own of picks.values())
    for (const { client, logonServer } of own.values())
      if (missing.has(client)) found.set(client, { ...plain, client, host: client, logonServer });
  return [...found.values()];
}

const plain = { zone: 'UTC', role: 'workstation', labels: [] } as const;

/** Clients leave the fleet last: until then their records are put back. */
export async function putBackRemovals(
  store: Store,
  { gone, former }: Snapshot,
  entry: (client: string) => AuditEntry,
): Promise<void> {
  for (const client of gone) await store.removeClients([{ client, audit: entry(client) }]);
  for (const [client, campaigns] of former) await store.putBackFormer(client, campaigns);
}
