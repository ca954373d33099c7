import { nameOf } from '../../shared/domain/campaign/machine.ts';
import { everyClient } from '../../shared/store/check-in-store.ts';
import type { KeptClient, Removal, RemovalOutcome, RemovalStore } from '../../shared/store/removal-store.ts';
import { addAudit } from './audit.ts';
import { statusOf, type Tables } from './tables.ts';

export const removalStoreOf = (tables: Tables): RemovalStore => ({
  keptClients: async (clients) => clients.flatMap((client) => keptIn(tables, client)),
  removeClients: async (removals) => removeClients(tables, removals),
  formerCampaigns: async (client) => tables.former.get(client) ?? [],
  formerNames: async (client) =>
    [...tables.former.keys()].filter((each) => nameOf(each) === nameOf(client)).sort(),
  removals: async () => tables.removals,
});

function keptIn(tables: Tables, client: string): readonly KeptClient[] {
  const claim = tables.claims.get(client);
  const waits = [...tables.campaigns]
    .filter(([, table]) => table.waiting.has(client))
    .filter(([, table]) => statusOf(table) !== 'aborted' && statusOf(table) !== 'ended')
    .map(([campaign]) => ({ client, campaign, waits: true }));
  return claim === undefined ? waits : [{ client, campaign: claim, waits: false }, ...waits];
}

function removeClients(tables: Tables, asked: readonly Removal[]): RemovalOutcome {
  const each = [...new Map(asked.map((removal) => [removal.client, removal])).values()];
  const removals = each.filter(({ client }) => tables.fleet.has(client));
  const kept = removals.flatMap(({ client }) => keptIn(tables, client));
  if (kept.length > 0) return { kind: 'kept', kept };
  for (const { client, audit } of removals) {
    tables.fleet.delete(client);
    tables.refusedAddresses.delete(client);
    tables.looks.delete(client);
    tables.freeTimes.delete(client);
    const known = [...tables.campaigns].filter(
      ([, table]) => table.waiting.has(client) || table.rows.has(client),
    );
    tables.former.set(
      client,
      known.map(([name]) => name),
    );
    const name = nameOf(client);
    const least = Math.max(tables.tokens.get(everyClient) ?? 1, tables.tokens.get(name) ?? 1);
    tables.tokens.set(name, least + 1);
    addAudit(tables, audit, null);
  }
  if (removals.length > 0) tables.removals += 1;
  return { kind: 'removed', removed: removals.length, total: tables.fleet.size };
}
