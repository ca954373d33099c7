import { isFinishing, queueOf } from '../../shared/domain/upgrade/placement.ts';
import { reasons } from '../../shared/store/reasons.ts';
import { addAudit } from './sealing.ts';
import { giveBackSlots, handOver, makeDue } from './slots.ts';
import { type CampaignTable, count, type Row, rowOf, type Tables } from './tables.ts';
import type { Activation, CommitIdle, CommitIdleOutcome } from '../../shared/store/types.ts';

export function commitIdle(tables: Tables, change: CommitIdle): CommitIdleOutcome {
  const { key, version, counters, audit } = change;
  const table = tables.campaigns.get(key.campaign);
  const row = rowOf(tables, key) ?? (table && waitingRow(table, change));
  const present = row?.stored.version ?? 0;
  if (table === undefined || row === undefined || present !== version)
    return { kind: 'stale', because: reasons.otherVersion(version, present) };
  if (row.stored.index === 'driven') return { kind: 'driven' };
  const claim = tables.claims.get(key.client);
  if (change.place === 'due' && claim !== undefined && claim !== key.campaign)
    return { kind: 'claimed', campaign: claim };
  const before = row.stored;
  write(table, row, change);
  addAudit(tables, audit, row.stored.version);
  count(table.counters, counters);
  const next = place(tables, row, change);
  if (change.place !== 'settled' || !before.holdsSlots)
    return { kind: 'committed', version: row.stored.version, next, handed: null };
  giveBackSlots(table, before.upgrade.logonServer);
  const handed = handOver(tables, table, key, before.upgrade.logonServer, change.at);
  return { kind: 'committed', version: row.stored.version, next, handed };
}

/** The record that one who still waits would get; it is not in the table yet. */
function waitingRow({ waiting }: CampaignTable, { key, upgrade }: CommitIdle): Row | undefined {
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
      activation: 0,
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

function place(tables: Tables, row: Row, { key, place: to, at }: CommitIdle): Activation | null {
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
