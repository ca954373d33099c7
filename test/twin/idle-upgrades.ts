import { addFacts } from './facts.ts';
import { leaveRestarts } from './restarts.ts';
import type { Upgrade } from '../../shared/domain/upgrade/state.ts';
import { isFinishing, queueOf } from '../../shared/domain/upgrade/placement.ts';
import { holdAt } from '../../shared/domain/campaign/hold.ts';
import { activationBase } from '../../shared/domain/campaign/life.ts';
import { reasons } from '../../shared/store/reasons.ts';
import type { SweepFinding } from '../../shared/store/safety-net.ts';
import { type Activation, type Message, roomFor } from '../../shared/store/types.ts';
import { addAudit, keepEvidence } from './audit.ts';
import { giveBackSlots, passSlotOn, makeDue, presentActivation } from './slots.ts';
import {
  byCreation,
  type CampaignTable,
  compare,
  count,
  heldStatus,
  type Row,
  rowOf,
  statusOf,
  type Tables,
} from './tables.ts';
import type { CommitIdle, CommitIdleOutcome, DeliverOutcome } from '../../shared/store/upgrade-store.ts';

export function commitIdle(tables: Tables, change: CommitIdle): CommitIdleOutcome {
  const { key, version, counters, audit } = change;
  const table = tables.campaigns.get(key.campaign);
  const row = rowOf(tables, key) ?? (table && waitingRow(table, change));
  const present = row?.stored.version ?? 0;
  if (table === undefined || row === undefined || present !== version || statusOf(table) === 'removing')
    return { kind: 'stale', because: reasons.otherVersion(version, present) };
  if (row.stored.index === 'driven') return { kind: 'driven' };
  const held = change.step === 'start' ? whyHeld(tables, table, change) : null;
  if (held !== null) return { kind: 'held', because: held };
  const claim = tables.claims.get(key.client);
  if (change.place === 'due' && claim !== undefined && claim !== key.campaign)
    return { kind: 'claimed', campaign: claim };
  if (change.place === 'due' && tables.former.get(key.client)?.includes(key.campaign) === true)
    return { kind: 'gone' };
  const before = row.stored;
  write(table, row, change);
  addAudit(tables, audit, row.stored.version, change.evidence);
  keepEvidence(tables, change.evidence ?? []);
  count(table.counters, counters);
  addFacts(table, key.client, change);
  const next = move(tables, row, change);
  const handed =
    change.place === 'settled' && before.holdsSlots ? passOn(tables, table, change, before.upgrade) : null;
  const woken = change.restart === undefined ? [] : leaveRestarts(tables, table, key.client, null, change.at);
  const committed = { kind: 'committed', version: row.stored.version, next, handed } as const;
  return woken.length === 0 ? committed : { ...committed, woken };
}

function passOn(
  tables: Tables,
  table: CampaignTable,
  { key, at }: CommitIdle,
  { logonServer }: Upgrade,
): Activation | null {
  giveBackSlots(table, logonServer);
  return passSlotOn(tables, table, key, logonServer, at);
}

function whyHeld(tables: Tables, table: CampaignTable, { key, upgrade }: CommitIdle): string | null {
  const status = heldStatus(tables, table);
  if (status !== 'running') return reasons.campaignIs(key.campaign, status);
  const isHeld = holdAt(table.record.campaign, upgrade.logonServer) !== null;
  return isHeld ? reasons.serverHeld(key.campaign, upgrade.logonServer) : null;
}

/** The record that a waiting client would get. It is not in the table yet. */
function waitingRow({ waiting, record }: CampaignTable, { key, upgrade }: CommitIdle): Row | undefined {
  const pick = waiting.get(key.client);
  if (pick?.wave !== upgrade.wave || pick.logonServer !== upgrade.logonServer) return undefined;
  return {
    parkedAt: 0,
    stored: {
      key,
      version: 0,
      upgrade,
      index: 'waiting',
      dueAt: null,
      queue: queueOf(upgrade),
      activation: activationBase(record.campaign),
      holdsSlots: false,
      finishing: false,
      crashes: 0,
      lease: null,
      inbox: [],
    },
  };
}

function write(table: CampaignTable, row: Row, { key, upgrade }: CommitIdle): void {
  table.waiting.delete(key.client);
  table.rows.set(key.client, row);
  row.stored = {
    ...row.stored,
    version: row.stored.version + 1,
    upgrade,
    queue: queueOf(upgrade),
    finishing: isFinishing(upgrade),
  };
}

function move(tables: Tables, row: Row, { key, place: to, at }: CommitIdle): Activation | null {
  switch (to) {
    case 'stays':
      return null;
    case 'due':
      tables.claims.set(key.client, key.campaign);
      return makeDue(row, at, row.stored.holdsSlots);
    case 'settled':
      row.stored = {
        ...row.stored,
        index: 'settled',
        dueAt: null,
        holdsSlots: false,
        crashes: 0,
        inbox: [],
      };
      if (tables.claims.get(key.client) === key.campaign) tables.claims.delete(key.client);
      return null;
  }
}

export function deliver(
  tables: Tables,
  client: string,
  message: Message,
  at: number,
  asked?: string,
): DeliverOutcome {
  const campaign = tables.claims.get(client);
  const key = { campaign: campaign ?? '', client };
  const row = rowOf(tables, key);
  if (row === undefined) return { kind: 'ignored', because: whyUnclaimed(tables, client) };
  if (asked !== undefined && asked !== campaign)
    return { kind: 'ignored', because: reasons.isIn(client, key.campaign) };
  const isFull = row.stored.inbox.length >= roomFor(message);
  if (!isFull) row.stored = { ...row.stored, inbox: [...row.stored.inbox, message] };
  return { kind: 'delivered', key, next: wake(row, at, isFull) };
}

/** An upgrade that is due already keeps its activation, and so its job. */
function wake(row: Row, at: number, isFull: boolean): Activation | null {
  const { index, dueAt, holdsSlots } = row.stored;
  if (index !== 'due' || dueAt === null) return null;
  return isFull || dueAt <= at ? presentActivation(row) : makeDue(row, at, holdsSlots);
}

/** Why no campaign claims the client, by the newest campaign that knows the client. */
function whyUnclaimed(tables: Tables, client: string): string {
  const former = tables.former.get(client) ?? [];
  const found = [...tables.campaigns]
    .filter(([name]) => !former.includes(name))
    .sort(([, a], [, b]) => byCreation(b.record, a.record));
  const waits = found.find(([, table]) => table.waiting.has(client));
  if (waits !== undefined) return reasons.waits(client, waits[0]);
  const settled = found.find(([, table]) => table.rows.has(client));
  if (settled !== undefined) return reasons.hasSettled(client, settled[0]);
  return tables.fleet.has(client) ? reasons.inNoCampaign(client) : reasons.unknownClient(client);
}

/**
 * Ended leases first, because their clients need a driver; then overdue upgrades, the longest
 * first.
 */
export function sweep(
  tables: Tables,
  at: number,
  graceMs: number,
  limit: number,
  skip: number,
  now: number,
): readonly SweepFinding[] {
  const rows = [...tables.campaigns.values()].flatMap((table) => [...table.rows.values()]);
  const expired = rows
    .filter(({ stored }) => stored.lease !== null && stored.lease.until <= now)
    .sort((a, b) => (a.stored.lease?.until ?? 0) - (b.stored.lease?.until ?? 0) || byName(a, b))
    .slice(0, limit)
    .map((row) => takeLease(row, at));
  const overdue = rows
    .filter(({ stored }) => stored.dueAt !== null && stored.dueAt < at - graceMs)
    .sort((a, b) => (a.stored.dueAt ?? 0) - (b.stored.dueAt ?? 0) || byName(a, b))
    .slice(skip, skip + limit - expired.length)
    .map((row): SweepFinding => ({ key: row.stored.key, found: 'overdue', next: presentActivation(row) }));
  return [...expired, ...overdue];
}

function takeLease(row: Row, at: number): SweepFinding {
  const next = makeDue(row, at, row.stored.holdsSlots);
  row.stored = { ...row.stored, crashes: row.stored.crashes + 1 };
  return { key: next.key, found: 'leaseExpired', next };
}

const byName = (a: Row, b: Row): number =>
  compare(
    `${a.stored.key.campaign}.${a.stored.key.client}`,
    `${b.stored.key.campaign}.${b.stored.key.client}`,
  );

/** The earliest due time and the earliest end of a lease; null = there is none. */
export function nextSweep({ campaigns }: Tables): { dueAt: number | null; leaseEndsAt: number | null } {
  const rows = [...campaigns.values()].flatMap((table) => [...table.rows.values()]);
  const lowest = (values: readonly (number | null | undefined)[]): number | null =>
    values.reduce<number | null>((least, each) => Math.min(least ?? Infinity, each ?? Infinity), null);
  const known = (value: number | null): number | null => (value === Infinity ? null : value);
  return {
    dueAt: known(lowest(rows.map(({ stored }) => (stored.index === 'due' ? stored.dueAt : null)))),
    leaseEndsAt: known(lowest(rows.map(({ stored }) => stored.lease?.until))),
  };
}
