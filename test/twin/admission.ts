import { holdAt } from '../../shared/domain/campaign/hold.ts';
import { activationBase } from '../../shared/domain/campaign/life.ts';
import { downloadsIn } from '../../shared/domain/outcome/counters.ts';
import { isFinishing, queueOf } from '../../shared/domain/upgrade/placement.ts';
import { mayStart, withStarts } from '../../orchestrator/domain/speed.ts';
import type { AdmissionStore, Pace } from '../../shared/store/admission-store.ts';
import { admitted } from '../../shared/store/admitted.ts';
import type { LeaderFence } from '../../shared/store/leader-store.ts';
import {
  everywhere,
  findQueued,
  type IsOpen,
  type Line,
  parseQueueName,
  type QueuedClient,
  queueName,
} from '../../shared/store/queued.ts';
import type { Activation, Candidate, Queued, WaitingClient } from '../../shared/store/types.ts';
import { addAudit } from './audit.ts';
import { hasVerifiedCopy } from './fleet.ts';
import { isDeposed } from './leader.ts';
import { admitParked, closedBecause, fullBudget, slotsInUse, slotsOverAll, takeSlots } from './slots.ts';
import {
  type CampaignTable,
  compare,
  count,
  heldStatus,
  openWavesOf,
  type Row,
  type Tables,
} from './tables.ts';

export const admissionStoreOf = (tables: Tables): AdmissionStore => ({
  shareBudget: async () => undefined,
  queued: async (campaign, limit, isOpen) => {
    const table = tables.campaigns.get(campaign);
    return table === undefined ? { parked: [], waiting: [] } : queued(tables, table, limit, isOpen);
  },
  admit: async (campaign, picks, at, leader, pace) => admit(tables, campaign, picks, at, leader, pace),
});

async function queued(
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
      isHeld: (server) => holdAt(table.record.campaign, server) !== null,
      inUse: [slotsInUse(table)],
      ...(tables.limits.limits.length === 0
        ? {}
        : {
            overAll: {
              limits: new Map(
                tables.limits.limits.map((each) => [each.logonServer ?? '*', each.active] as const),
              ),
              slots: slotsOverAll(tables),
            },
          }),
      openWaves: openWavesOf(table),
      isRunning: heldStatus(tables, table) === 'running',
      queues: async (line) =>
        [...linesOf(table, line).keys()]
          .map((queue) => ({ shard: 0, ...parseQueueName(queue) }))
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

/** The clients of a line by the name of their queue. */
function linesOf(table: CampaignTable, line: Line): ReadonlyMap<string, readonly QueuedClient[]> {
  const clients = typeof line === 'number' ? waitingIn(table, line) : parkedIn(table, line);
  return Map.groupBy(clients, queueName);
}

const parkedIn = ({ rows }: CampaignTable, line: 'parked' | 'finishing') =>
  [...rows.values()]
    .filter(({ stored }) => stored.index === 'parked' && (line === 'parked' || stored.finishing))
    .map(({ stored: { key, upgrade }, parkedAt }) => ({
      client: key.client,
      logonServer: upgrade.logonServer,
      position: parkedAt,
    }))
    .sort((a, b) => a.position - b.position || compare(a.client, b.client));

/** In the order in which the campaign was created. */
const waitingIn = (table: CampaignTable, asked: number) =>
  [...table.waiting.values()]
    .map((pick, position) => ({ ...pick, position }))
    .filter(({ wave }) => wave === asked);

function admit(
  tables: Tables,
  campaign: string,
  picks: readonly Candidate[],
  at: number,
  leader?: LeaderFence,
  pace?: Pace,
): readonly Activation[] {
  if (isDeposed(tables, leader)) return [];
  const table = tables.campaigns.get(campaign);
  if (table === undefined) return [];
  const isRunning = heldStatus(tables, table) === 'running';
  let starts = pace === undefined ? Infinity : mayStart(table.starts, pace.perMinute, at);
  // As in Redis, the first waiting picks take the starts, and one that is left alone gives it back.
  const takesStart = (pick: Candidate): boolean => 'wave' in pick && (starts -= 1) >= 0;
  const allowed = picks.filter((pick) => !('wave' in pick) || takesStart(pick));
  const admitted = allowed.flatMap((pick) => {
    if (fullBudget(tables, table, campaign, pick.logonServer) !== null) return [];
    const mayBegin = isRunning && closedBecause(tables, table, pick.logonServer, 0) === null;
    if ('wave' in pick && !mayBegin) return [];
    const activation =
      'wave' in pick
        ? admitWaiting(tables, table, campaign, pick, at, pace)
        : unpark(table, pick, at, mayBegin);
    if (activation !== null && 'wave' in pick && pace !== undefined)
      table.starts = withStarts(table.starts, 1, at);
    return activation === null ? [] : [activation];
  });
  return admitted;
}

function unpark(table: CampaignTable, pick: Candidate, at: number, mayBegin: boolean): Activation | null {
  const row = table.rows.get(pick.client);
  const isParkedThere = row?.stored.index === 'parked' && row.stored.upgrade.logonServer === pick.logonServer;
  const mayGoOn = mayBegin || row?.stored.finishing === true;
  return row !== undefined && isParkedThere && mayGoOn ? admitParked(table, row, at) : null;
}

function admitWaiting(
  tables: Tables,
  table: CampaignTable,
  campaign: string,
  pick: WaitingClient,
  at: number,
  pace?: Pace,
): Activation | null {
  const { client, wave, logonServer } = pick;
  const waits = table.waiting.get(client);
  if (waits?.wave !== wave || waits.logonServer !== logonServer || wave >= openWavesOf(table)) return null;
  if (tables.claims.has(client)) return null;
  const { upgrade, counters, audit } = admitted(campaign, pick, at, pace);
  table.waiting.delete(client);
  tables.claims.set(client, campaign);
  takeSlots(table, logonServer);
  count(table.counters, counters);
  addAudit(tables, audit, 1);
  const key = { campaign, client };
  const queue = queueOf(upgrade);
  const activation = activationBase(table.record.campaign) + 1;
  const stored: Row['stored'] = {
    key,
    version: 1,
    upgrade,
    index: 'due',
    dueAt: at,
    queue,
    activation,
    holdsSlots: true,
    finishing: isFinishing(upgrade),
    crashes: 0,
    lease: null,
    inbox: [],
    admittedAt: at,
  };
  table.rows.set(client, { stored, parkedAt: 0 });
  return { key, shard: 0, activation, queue, dueAt: at };
}
