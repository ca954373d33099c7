import { addChange } from './changes.ts';
import {
  knownAt,
  type SpentLimit,
  spentLimit,
  spentLimitWords,
} from '../../shared/domain/rules/remediation-limits.ts';
import { restartLimitWords } from '../../shared/domain/rules/restart-limits.ts';
import { limitAt } from '../../shared/domain/campaign/server-limits.ts';
import { holdAt } from '../../shared/domain/campaign/hold.ts';
import { isFinishing, queueOf } from '../../shared/domain/upgrade/placement.ts';
import { isInRange, nameKey, type NameRange } from '../../shared/store/name-order.ts';
import { reasons } from '../../shared/store/reasons.ts';
import type { Activation, Fence, UpgradeKey, WaitingClient } from '../../shared/store/types.ts';
import type {
  BeginOutcome,
  Commit,
  CommitOutcome,
  Member,
  MemberFound,
  MemberKind,
  MemberPage,
  UpgradeStore,
} from '../../shared/store/upgrade-store.ts';
import { joinLine, leaveRestarts, takeRestart } from './restarts.ts';
import { addFacts } from './facts.ts';
import { addAudit, keepEvidence } from './audit.ts';
import { commitIdle, deliver } from './idle-upgrades.ts';
import {
  closedBecause,
  fullBudget,
  fullLogonServer,
  fullOverAll,
  giveBackSlots,
  passSlotOn,
  makeDue,
  park,
  takeSlots,
} from './slots.ts';
import { type CampaignTable, count, each, heldStatus, type Row, rowOf, type Tables } from './tables.ts';

export const upgradeStoreOf = (tables: Tables, now: () => number): UpgradeStore => ({
  readUpgrade: async (key) => rowOf(tables, key)?.stored ?? null,
  readWaiting: async ({ campaign, client }) => tables.campaigns.get(campaign)?.waiting.get(client) ?? null,
  waiting: (campaign) => each(tables.campaigns.get(campaign)?.waiting.values() ?? []),
  members: (campaign) => {
    const { waiting = new Map<string, WaitingClient>(), rows = new Map<string, Row>() } =
      tables.campaigns.get(campaign) ?? {};
    const waits = [...waiting].map(([client, pick]): Member => ({ client, waits: pick }));
    return each([...waits, ...[...rows.keys()].map((client): Member => ({ client, waits: null }))]);
  },
  membersByName: async (campaign, range, only) => membersByName(tables, campaign, range, only),
  upgrades: (campaign) =>
    each([...(tables.campaigns.get(campaign)?.rows.values() ?? [])].map(({ stored }) => stored)),
  claimOf: async (client) => tables.claims.get(client) ?? null,
  begin: async (key, activation, owner, leaseMs, at) =>
    begin(tables, { key, activation, owner, leaseMs, at }, now()),
  commit: async (asked) => commit(tables, asked),
  commitIdle: async (change) => commitIdle(tables, change),
  renew: async (key, fence, leaseMs) => renew(tables, key, fence, now() + leaseMs),
  deliver: async (client, message, at, campaign) => deliver(tables, client, message, at, campaign),
});

function membersByName(
  { campaigns }: Tables,
  campaign: string,
  range: NameRange,
  only?: MemberKind,
): MemberPage {
  const { waiting, rows } = campaigns.get(campaign) ?? {};
  const all = [
    ...[...(waiting?.values() ?? [])].map((pick): MemberFound => ({ kind: 'waiting', pick })),
    ...[...(rows?.values() ?? [])].map(({ stored }): MemberFound => ({ kind: 'admitted', stored })),
  ].map((found) => ({
    key: nameKey(found.kind === 'waiting' ? found.pick.client : found.stored.key.client),
    found,
  }));
  const inRange = all.filter(({ key }) => isInRange(key, range)).sort((a, b) => (a.key < b.key ? -1 : 1));
  const asked = inRange.slice(0, range.limit);
  return {
    members: asked.map(({ found }) => found).filter(({ kind }) => only === undefined || kind === only),
    read: asked.length,
    through: inRange.length > range.limit ? (asked.at(-1)?.key ?? null) : null,
  };
}

interface Begin {
  readonly key: UpgradeKey;
  readonly activation: number;
  readonly owner: string;
  readonly leaseMs: number;
  readonly at: number;
}

function begin(tables: Tables, asked: Begin, now: number): BeginOutcome {
  const table = tables.campaigns.get(asked.key.campaign);
  const row = table?.rows.get(asked.key.client);
  if (table === undefined || row === undefined)
    return { kind: 'ignored', because: reasons.noUpgrade(asked.key) };
  const because = whyIgnored(row, asked, now);
  if (because !== null) return { kind: 'ignored', because };
  const { dueAt } = row.stored;
  if (dueAt !== null && dueAt > asked.at) return { kind: 'ignored', because: reasons.notDue(dueAt), dueAt };
  const parked = whyParked(tables, table, row, asked.key.campaign);
  if (parked !== null) {
    if (row.stored.holdsSlots) {
      giveBackSlots(table, row.stored.upgrade.logonServer);
      addChange(tables, { campaign: asked.key.campaign, of: 'campaign' });
    }
    park(row, asked.at);
    return { kind: 'parked', because: parked };
  }
  if (!row.stored.holdsSlots) takeSlots(table, row.stored.upgrade.logonServer);
  tables.fences = Math.max(tables.fences + 1, now * 1_000);
  const fence: Fence = { counter: tables.fences, owner: asked.owner };
  const lease = { fence, until: now + asked.leaseMs };
  const crashes = row.stored.crashes + (isHeir(row, asked) ? 1 : 0);
  row.stored = { ...row.stored, index: 'driven', dueAt: null, holdsSlots: true, crashes, lease };
  const { edition = 0, stepAnswers = 0 } = table.record.campaign;
  return { kind: 'begun', stored: row.stored, fence, rulesChanges: edition + stepAnswers };
}

/**
 * The sweep takes the lease of a dead driver away. A job that was added twice may begin before the
 * sweep: then `begin` counts the crash.
 */
const isHeir = ({ stored }: Row, { owner }: Begin): boolean =>
  stored.lease !== null && stored.lease.fence.owner !== owner;

function whyIgnored({ stored }: Row, { activation, owner }: Begin, now: number): string | null {
  if (stored.index === 'settled') return reasons.settled;
  if (stored.lease !== null && stored.lease.until > now && stored.lease.fence.owner !== owner)
    return reasons.leased;
  if (stored.activation !== activation) return reasons.otherActivation(activation, stored.activation);
  return stored.index === 'parked' ? reasons.isParked : null;
}

function whyParked(tables: Tables, table: CampaignTable, { stored }: Row, campaign: string): string | null {
  const status = heldStatus(tables, table);
  if (status !== 'running' && !stored.finishing) return reasons.campaignIs(campaign, status);
  const { logonServer } = stored.upgrade;
  const full = stored.holdsSlots ? null : fullBudget(tables, table, campaign, logonServer);
  // An upgrade that is finishing goes on also where nothing new may begin.
  if (full !== null || stored.finishing) return full;
  const most = limitAt(tables.limits.limits, logonServer);
  if (!stored.holdsSlots && most !== null) return reasons.overAllTurn(logonServer, most);
  return closedBecause(tables, table, logonServer, stored.holdsSlots ? 1 : 0);
}

function commit(tables: Tables, asked: Commit): CommitOutcome {
  const table = tables.campaigns.get(asked.key.campaign);
  const row = table?.rows.get(asked.key.client);
  if (table === undefined || row === undefined)
    return { kind: 'stale', because: reasons.noUpgrade(asked.key) };
  // As in Redis, where another shard may count: before all other checks.
  const spent = asked.remediation === undefined ? null : spentBy(table, asked, asked.remediation);
  if (spent !== null) return { kind: 'held', because: spentLimitWords(spent), spent };
  const { restart, remediation, at } = asked;
  const full = restart?.needs === 'slot' ? takeRestart(table, asked, restart) : null;
  if (full !== null) return { kind: 'held', because: restartLimitWords(full), full };
  const refusal = whyRefused(tables, table, row, asked);
  if (refusal !== null) return refusal;
  if (remediation !== undefined) {
    const { name } = remediation;
    const begun = { name, wave: asked.upgrade.wave, at };
    const known = table.remediations ?? [];
    table.remediations = [...knownAt(known, at).filter((each) => each.name !== name), begun];
  }
  const { upgrade: before } = row.stored;
  write(tables, table, row, asked);
  addFacts(table, asked.key.client, asked);
  if (asked.freeTime !== undefined) tables.freeTimes.set(asked.key.client, asked.freeTime);
  const keeps = asked.place.index === 'driven' || (asked.place.index === 'due' && asked.place.keepsSlots);
  giveBackSlots(table, before.logonServer);
  // A client that has roamed is charged to the logon server where it was seen last.
  if (keeps) takeSlots(table, asked.upgrade.logonServer);
  const next = move(tables, row, asked);
  const handed = keeps ? null : passSlotOn(tables, table, asked.key, before.logonServer, asked.at);
  const woken = wokenBy(tables, table, asked);
  const { version } = row.stored;
  return { kind: 'committed', version, next, handed, ...(woken.length === 0 ? {} : { woken }) };
}

/** The clients that got a slot of a restart, after the change. */
function wokenBy(tables: Tables, table: CampaignTable, asked: Commit): readonly Activation[] {
  const { restart, key, fence, at } = asked;
  if (restart?.needs === 'turn') return joinLine(tables, table, asked, restart);
  return restart?.needs === 'none' ? leaveRestarts(tables, table, key.client, fence.counter, at) : [];
}

function whyRefused(
  tables: Tables,
  table: CampaignTable,
  { stored }: Row,
  asked: Commit,
): CommitOutcome | null {
  if (!isHeldBy(stored.lease, asked.fence)) return { kind: 'stale', because: reasons.takenOver };
  if (stored.version !== asked.version) {
    return { kind: 'stale', because: reasons.otherVersion(asked.version, stored.version) };
  }
  const because = asked.step === 'start' ? whyHeld(tables, table, stored, asked) : null;
  if (because !== null) return { kind: 'held', because };
  const isBehind = stored.inbox.length > asked.consumed;
  return asked.place.index !== 'driven' && isBehind ? { kind: 'inbox', messages: stored.inbox } : null;
}

const spentBy = (
  { remediations = [] }: CampaignTable,
  { upgrade: { wave }, at }: Commit,
  { name, limits }: NonNullable<Commit['remediation']>,
): SpentLimit | null => spentLimit(limits, remediations, { name, wave, at });

/**
 * A held logon server holds also a finishing upgrade. Otherwise such an upgrade goes on wherever it
 * is. A client that has roamed needs room where it was
 * seen.
 */
function whyHeld(tables: Tables, table: CampaignTable, stored: Row['stored'], asked: Commit): string | null {
  const status = heldStatus(tables, table);
  if (status !== 'running') return reasons.campaignIs(asked.key.campaign, status);
  const { logonServer } = asked.upgrade;
  if (holdAt(table.record.campaign, logonServer) !== null)
    return reasons.serverHeld(asked.key.campaign, logonServer);
  if (stored.finishing) return null;
  if (stored.upgrade.logonServer === logonServer) return closedBecause(tables, table, logonServer, 1);
  return (
    fullLogonServer(table, logonServer) ??
    fullOverAll(tables, logonServer) ??
    closedBecause(tables, table, logonServer, 0)
  );
}

function write(
  tables: Tables,
  table: CampaignTable,
  row: Row,
  { upgrade, consumed, counters, audit, evidence }: Commit,
): void {
  row.stored = {
    ...row.stored,
    version: row.stored.version + 1,
    crashes: 0,
    upgrade,
    queue: queueOf(upgrade),
    finishing: isFinishing(upgrade),
    inbox: row.stored.inbox.slice(consumed),
  };
  count(table.counters, counters);
  addAudit(tables, audit, row.stored.version, evidence);
  keepEvidence(tables, evidence);
}

function move(tables: Tables, row: Row, { key, place: to, at }: Commit) {
  switch (to.index) {
    case 'driven':
      return null;
    case 'due':
      return makeDue(row, to.dueAt, to.keepsSlots);
    case 'parked':
      park(row, at);
      return null;
    case 'settled':
      row.stored = { ...row.stored, index: 'settled', dueAt: null, holdsSlots: false, lease: null };
      if (tables.claims.get(key.client) === key.campaign) tables.claims.delete(key.client);
      return null;
  }
}

function renew(tables: Tables, key: UpgradeKey, fence: Fence, until: number): boolean {
  const row = rowOf(tables, key);
  if (row === undefined || !isHeldBy(row.stored.lease, fence)) return false;
  row.stored = { ...row.stored, lease: { fence, until } };
  return true;
}

const isHeldBy = (lease: { readonly fence: Fence } | null, fence: Fence): boolean =>
  lease !== null && lease.fence.counter === fence.counter && lease.fence.owner === fence.owner;
