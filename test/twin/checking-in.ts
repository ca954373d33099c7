import { type CheckInStore, everyClient } from '../../shared/store/check-in-store.ts';
import { addAudit } from './sealing.ts';
import type { Tables } from './tables.ts';

export const checkingInOf = (tables: Tables): CheckInStore => ({
  tokenGenerations: async () => Object.fromEntries(tables.tokens),
  leastGeneration: async (client) =>
    Math.max(1, tables.tokens.get(everyClient) ?? 1, tables.tokens.get(client) ?? 1),
  raiseGeneration: async (client, least, audit) => {
    const known = tables.tokens.get(client) ?? 1;
    if (least <= known) return known;
    tables.tokens.set(client, least);
    addAudit(tables, audit, null);
    return least;
  },
  moveClient: async (client, host, audit) => {
    const known = tables.fleet.get(client);
    if (known === undefined || known.host === host) return false;
    tables.fleet.set(client, { ...known, host });
    addAudit(tables, audit, null);
    return true;
  },
});
