import { maxDownloadsAt, roomToBegin } from '../../shared/domain/campaign/admission.ts';
import { limitAt } from '../../shared/domain/campaign/server-limits.ts';
import { holdAt } from '../../shared/domain/campaign/hold.ts';
import { downloadsIn } from '../../shared/domain/outcome/counters.ts';
import { reasons } from '../../shared/store/reasons.ts';
import type { Activation, SlotsInUse, UpgradeKey } from '../../shared/store/types.ts';
import { hasVerifiedCopy } from './fleet.ts';
import { type CampaignTable, compare, count, heldStatus, type Row, type Tables } from './tables.ts';

const budgetsOf = (table: CampaignTable) => table.record.campaign.definition.budgets;

const activeIn = ({ slots }: CampaignTable): number =>
  [...slots.values()].reduce((sum, each) => sum + each, 0);

export function slotsInUse(table: CampaignTable): SlotsInUse {
  return {
    active: activeIn(table),
    perLogonServer: Object.fromEntries(table.slots),
  };
}

/** The slots in use of every logon server, over all campaigns. */
export function slotsOverAll({ campaigns }: Tables): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const { slots } of campaigns.values())
    for (const [server, each] of slots) if (each !== 0) sum[server] = (sum[server] ?? 0) + each;
  return sum;
}

/** Why a logon server has no slot left over all campaigns; null = it has one, or no limit. */
export function fullOverAll(tables: Tables, server: string): string | null {
  const most = limitAt(tables.limits.limits, server);
  const isFull = most !== null && (slotsOverAll(tables)[server] ?? 0) >= most;
  return isFull ? reasons.overAllFull(server, most) : null;
}

/** Null when there is room for one more upgrade, else which budget is full. */
export function fullBudget(
  tables: Tables,
  table: CampaignTable,
  campaign: string,
  server: string,
): string | null {
  const { active } = budgetsOf(table);
  if (activeIn(table) >= active) return reasons.campaignFull(campaign, active);
  return fullLogonServer(table, server) ?? fullOverAll(tables, server);
}

export function fullLogonServer(table: CampaignTable, server: string): string | null {
  const { perLogonServer } = budgetsOf(table);
  return (table.slots.get(server) ?? 0) >= perLogonServer
    ? reasons.logonServerFull(server, perLogonServer)
    : null;
}

/**
 * Null when something may begin on one more client of this logon server, else why not.
 * @param own slots that the upgrade in question holds there
 */
export function closedBecause(
  tables: Tables,
  table: CampaignTable,
  server: string,
  own: 0 | 1,
): string | null {
  const { campaign } = table.record;
  if (holdAt(campaign, server) !== null) return reasons.serverHeld(campaign.definition.campaign, server);
  if (!hasVerifiedCopy(tables, table, server)) return reasons.notStaged(server);
  const most = maxDownloadsAt(budgetsOf(table), server);
  const slots = (table.slots.get(server) ?? 0) - own;
  const use = { ...downloadsIn((name) => table.counters.get(name), server), slots, isStaged: true };
  return most === null || roomToBegin(most, use) > 0 ? null : reasons.downloadsFull(server, most);
}

export const takeSlots = (table: CampaignTable, server: string): void => count(table.slots, { [server]: 1 });

export const giveBackSlots = (table: CampaignTable, server: string): void =>
  count(table.slots, { [server]: -1 });

/** Parks an upgrade, without slots and without a driver. */
export function park(row: Row, at: number): void {
  row.stored = { ...row.stored, index: 'parked', dueAt: null, holdsSlots: false, lease: null };
  row.parkedAt = at;
}

/** Gives a parked upgrade its slots and its next activation, due at once. */
export function admitParked(table: CampaignTable, row: Row, at: number): Activation {
  takeSlots(table, row.stored.upgrade.logonServer);
  return makeDue(row, at, true);
}

/** Due at `dueAt` under the next activation, without a driver. */
export function makeDue(row: Row, dueAt: number, holdsSlots: boolean): Activation {
  const { key, queue } = row.stored;
  const activation = row.stored.activation + 1;
  row.stored = { ...row.stored, index: 'due', dueAt, activation, holdsSlots, lease: null };
  return { key, shard: 0, activation, queue, dueAt };
}

/** The activation that the record names now. */
export const presentActivation = ({ stored: { key, activation, queue, dueAt } }: Row): Activation => ({
  key,
  shard: 0,
  activation,
  queue,
  dueAt: dueAt ?? 0,
});

/** As in `pass-slot-on.lua`. */
const othersAtMost = 8;

/**
 * Passes a freed slot on to the oldest parked upgrade of the same logon server. When the campaign
 * was full, upgrades of other logon servers with room follow.
 */
export function passSlotOn(
  tables: Tables,
  table: CampaignTable,
  key: UpgradeKey,
  server: string,
  at: number,
): Activation | null {
  // A campaign that does not run serves only upgrades that are finishing.
  const isRunning = heldStatus(tables, table) === 'running';
  const oldest = oldestParked(table, (row) => isRunning || row.stored.finishing);
  const finishing = oldestParked(table, (row) => row.stored.finishing);
  const wasFull = activeIn(table) + 1 >= budgetsOf(table).active;
  const others = wasFull ? [...oldest.keys()].slice(0, othersAtMost) : [];
  for (const each of [server, ...others]) {
    if (!oldest.has(each) || fullBudget(tables, table, key.campaign, each) !== null) continue;
    const isShared = limitAt(tables.limits.limits, each) !== null;
    const isClosed = isRunning && (isShared || closedBecause(tables, table, each, 0) !== null);
    const row = (isClosed ? finishing : oldest).get(each);
    if (row !== undefined) return admitParked(table, row, at);
  }
  return null;
}

/** The oldest parked upgrade of each logon server, the server of the oldest one first. */
function oldestParked(table: CampaignTable, mayGoOn: (row: Row) => boolean): ReadonlyMap<string, Row> {
  const oldest = new Map<string, Row>();
  const isParked = (row: Row): boolean => row.stored.index === 'parked' && mayGoOn(row);
  const parked = [...table.rows.values()].filter(isParked).sort(byAge);
  for (const row of parked) {
    const { logonServer } = row.stored.upgrade;
    if (!oldest.has(logonServer)) oldest.set(logonServer, row);
  }
  return oldest;
}

/**
 * Upgrades parked at the same time are ordered by name, so that both adapters choose the same one.
 */
const byAge = (a: Row, b: Row): number =>
  a.parkedAt - b.parkedAt ||
  compare(a.stored.upgrade.logonServer, b.stored.upgrade.logonServer) ||
  compare(a.stored.key.client, b.stored.key.client);
