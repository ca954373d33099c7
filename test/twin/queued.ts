import {
  everywhere,
  findQueued,
  type IsOpen,
  type Line,
  type Place,
  placeOf,
  queueName,
} from '../../shared/store/queued.ts';
import { slotsInUse } from './admission.ts';
import { hasVerifiedCopy } from './copies.ts';
import { type CampaignTable, compare, heldStatus, openWavesOf, type Tables } from './tables.ts';
import { downloadsIn } from '../../shared/domain/outcome/counters.ts';
import type { Queued } from '../../shared/store/types.ts';

export async function queued(
  tables: Tables,
  table: CampaignTable,
  limit: number,
  isOpen: IsOpen = everywhere,
): Promise<Queued> {
  const { budgets } = table.record.campaign.definition;
  const { active, perLogonServer } = budgets;
  return findQueued(
    {
      quotas: [active],
      perLogonServer,
      maxDownloads: budgets,
      downloads: [(server) => downloadsIn((name) => table.counters.get(name), server)],
      isStaged: (server) => hasVerifiedCopy(tables, table, server),
      inUse: [slotsInUse(table)],
      openWaves: openWavesOf(table),
      isRunning: heldStatus(tables, table) === 'running',
      queues: async (line) =>
        [...linesOf(table, line).keys()]
          .map((queue) => ({ shard: 0, ...placeOf(queue) }))
          .filter(({ zone }) => zone === undefined || isOpen(zone)),
      read: async (line, asked, start, count) => {
        const lines = linesOf(table, line);
        return asked.map((queue) => (lines.get(queueName(queue)) ?? []).slice(start, start + count));
      },
      unclaimed: async (places) => places.filter(({ client }) => !tables.claims.has(client)),
    },
    limit,
  );
}

/** By the names of queues. */
function linesOf(table: CampaignTable, line: Line): ReadonlyMap<string, readonly Place[]> {
  const clients = typeof line === 'number' ? waitingIn(table, line) : parkedIn(table, line);
  return Map.groupBy(clients, queueName);
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
  [...table.waiting.values()].map((pick, place) => ({ ...pick, place })).filter(({ wave }) => wave === asked);
