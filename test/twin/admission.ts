import { queueOf, isFinishing } from '../../shared/domain/upgrade/placement.ts';
import { admitted } from '../../shared/store/admitted.ts';
import { isDeposed } from './leader.ts';
import { addAudit } from './sealing.ts';
import { admitParked, closedBecause, fullBudget, takeSlots } from './slots.ts';
import { type CampaignTable, count, heldStatus, openWavesOf, type Row, type Tables } from './tables.ts';
import type { LeaderFence } from '../../shared/store/leader-store.ts';
import type { Activation, Candidate, WaitingClient, SlotsInUse } from '../../shared/store/types.ts';

export function slotsInUse({ slots }: CampaignTable): SlotsInUse {
  return {
    active: [...slots.values()].reduce((sum, each) => sum + each, 0),
    perLogonServer: Object.fromEntries(slots),
  };
}

export function admit(
  tables: Tables,
  campaign: string,
  picks: readonly Candidate[],
  at: number,
  leader?: LeaderFence,
): readonly Activation[] {
  if (isDeposed(tables, leader)) return [];
  const table = tables.campaigns.get(campaign);
  if (table === undefined) return [];
  const isRunning = heldStatus(tables, table) === 'running';
  return picks.flatMap((pick) => {
    if (fullBudget(table, campaign, pick.logonServer) !== null) return [];
    const mayBegin = isRunning && closedBecause(tables, table, pick.logonServer, 0) === null;
    if ('wave' in pick && !mayBegin) return [];
    const activation =
      'wave' in pick ? admitWaiting(tables, table, campaign, pick, at) : unpark(table, pick, at, mayBegin);
    return activation === null ? [] : [activation];
  });
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
): Activation | null {
  const { client, wave, logonServer } = pick;
  const waits = table.waiting.get(client);
  if (waits?.wave !== wave || waits.logonServer !== logonServer || wave >= openWavesOf(table)) return null;
  if (tables.claims.has(client)) return null;
  const { upgrade, counters, audit } = admitted(campaign, pick, at);
  table.waiting.delete(client);
  tables.claims.set(client, campaign);
  takeSlots(table, logonServer);
  count(table.counters, counters);
  addAudit(tables, audit, 1);
  const key = { campaign, client };
  const queue = queueOf(upgrade);
  const stored: Row['stored'] = {
    key,
    version: 1,
    upgrade,
    index: 'due',
    dueAt: at,
    queue,
    activation: 1,
    holdsSlots: true,
    finishing: isFinishing(upgrade),
    crashes: 0,
    lease: null,
    inbox: [],
  };
  table.rows.set(client, { stored, parkedAt: 0 });
  return { key, shard: 0, activation: 1, queue, dueAt: at };
}
