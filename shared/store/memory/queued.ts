import { findQueued, type Line, type Place } from '../queued.ts';
import type { Queued } from '../store.ts';
import { slotsInUse } from './admission.ts';
import { type CampaignTable, compare, heldStatus, openWavesOf, type Tables } from './tables.ts';

export async function queued(tables: Tables, table: CampaignTable, limit: number): Promise<Queued> {
  const { active, perLogonServer } = table.record.campaign.definition.budgets;
  return findQueued(
    {
      quotas: [active],
      perLogonServer,
      inUse: [slotsInUse(table)],
      openWaves: openWavesOf(table),
      isRunning: heldStatus(tables, table) === 'running',
      queues: async (line) =>
        [...linesOf(table, line).keys()].map((logonServer) => ({ shard: 0, logonServer })),
      read: async (line, asked, start, count) => {
        const lines = linesOf(table, line);
        return asked.map(({ logonServer }) => (lines.get(logonServer) ?? []).slice(start, start + count));
      },
      unclaimed: async (places) => places.filter(({ client }) => !tables.claims.has(client)),
    },
    limit,
  );
}

/** Logon server -> its queue. */
function linesOf(table: CampaignTable, line: Line): ReadonlyMap<string, readonly Place[]> {
  const clients = typeof line === 'number' ? waitingIn(table, line) : parkedIn(table, line);
  return Map.groupBy(clients, ({ logonServer }) => logonServer);
}

const parkedIn = ({ rows }: CampaignTable, line: 'parked' | 'finishing') =>
  [...rows.values()]
    .filter(({ stored }) => stored.index === 'parked' && (line === 'parked' || stored.finishing))
    .map(({ stored: { key, upgrade }, parkedAt }) => ({
      client: key.client,
      logonServer: upgrade.logonServer,
      place: parkedAt,
    }))
    .sort((a, b) => a.place - b.place || compare(a.client, b.client));

/** In the order they were given. */
const waitingIn = (table: CampaignTable, asked: number) =>
  [...table.waiting.values()]
    .map(({ client, wave, logonServer }, place) => ({ client, wave, logonServer, place }))
    .filter(({ wave }) => wave === asked);
