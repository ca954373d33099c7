import type { Client, Release } from '../../shared/domain/campaign/definition.ts';
import { admit, slotsInUse } from './admission.ts';
import { checkingInOf } from './checking-in.ts';
import { commitCampaign, createCampaign, overlap } from './campaigns.ts';
import { commitIdle } from './commit-idle.ts';
import { copiesOf, openCopies } from './copies.ts';
import { deliver } from './deliver.ts';
import { commitHalt } from './halt.ts';
import { isDeposed, lead, leaderNow, resign } from './leader.ts';
import { queued } from './queued.ts';
import { rebuildingOf } from './rebuilding.ts';
import { workerRegistryOf } from './worker-registry.ts';
import { addAudit, sealingOf, shownEntry } from './sealing.ts';
import { surveyingOf } from './surveying.ts';
import { sweep } from './sweep.ts';
import {
  byCreation,
  type CampaignTable,
  compare,
  emptyTables,
  keepEvidence,
  rowOf,
  statusOf,
  type Tables,
} from './tables.ts';
import { begin, commit, renew } from './upgrades.ts';
import type { Store } from '../../shared/store/store.ts';
import type { AuditEntry, Queued } from '../../shared/store/types.ts';

/**
 * The in-memory twin of the Redis adapter: same semantics, for tests and simulation. Nothing outlives the
 * process.
 * @param now real time in milliseconds, for leases only
 */
export function createMemoryStore(now: () => number): Store {
  const tables = emptyTables();
  return {
    ...fleetOf(tables),
    ...campaignsOf(tables),
    ...copiesOf(tables),
    ...upgradesOf(tables, now),
    sweep: async (at, graceMs, limit, skip = 0, leader) =>
      isDeposed(tables, leader) ? [] : sweep(tables, at, graceMs, limit, skip, now()),
    // A map can not disagree with itself.
    checkInvariants: async () => ({ findings: [], recounted: [], cursor: null }),
    lead: async (owner, leaseMs) => lead(tables, owner, leaseMs, now()),
    resign: async (owner, fence) => resign(tables, owner, fence),
    leader: async () => leaderNow(tables, now()),
    readEvidence: async (sha256) => tables.evidence.get(sha256) ?? null,
    audit: async (limit, filter = {}) => newestFirst(tables.audit.map(shownEntry), limit, filter),
    ...sealingOf(tables),
    ...rebuildingOf(tables),
    ...checkingInOf(tables),
    ...workerRegistryOf(tables, now),
    ...surveyingOf(tables),
    close: async () => undefined,
  };
}

type FleetPart = Pick<
  Store,
  'importFleet' | 'readClient' | 'fleet' | 'fleetSize' | 'stageRelease' | 'readRelease' | 'releases'
>;

const fleetOf = (tables: Tables): FleetPart => ({
  importFleet: async (clients, audit) => {
    addAudit(tables, audit ?? null, null);
    return importFleet(tables.fleet, clients);
  },
  readClient: async (client) => tables.fleet.get(client) ?? null,
  fleet: () => each(tables.fleet.values()),
  fleetSize: async () => tables.fleet.size,
  stageRelease: async (release: Release, evidence, audit) => {
    const evidences = evidence === null ? [] : [evidence];
    tables.releases.set(release.release, release);
    openCopies(tables, release.release);
    tables.starts += 1;
    keepEvidence(tables, evidences);
    addAudit(tables, audit, null, evidences);
  },
  readRelease: async (release) => tables.releases.get(release) ?? null,
  releases: async () => [...tables.releases.values()].sort((a, b) => compare(a.release, b.release)),
});

function importFleet(fleet: Map<string, Client>, clients: readonly Client[]) {
  const known = clients.filter(({ client }) => fleet.has(client));
  const changed = known.filter(
    (client) => JSON.stringify(fleet.get(client.client)) !== JSON.stringify(client),
  );
  for (const client of clients) fleet.set(client.client, client);
  return { added: clients.length - known.length, changed: changed.length, total: fleet.size };
}

type CampaignPart = Pick<
  Store,
  | 'createCampaign'
  | 'readCampaign'
  | 'campaigns'
  | 'commitCampaign'
  | 'readHalt'
  | 'commitHalt'
  | 'starts'
  | 'counters'
  | 'repairReplicas'
  | 'shareBudget'
  | 'overlap'
  | 'slotsInUse'
  | 'queued'
  | 'admit'
>;

const nobody: Queued = { parked: [], waiting: [] };

function campaignsOf(tables: Tables): CampaignPart {
  const from = <T>(campaign: string, read: (table: CampaignTable) => T, none: T): T => {
    const table = tables.campaigns.get(campaign);
    return table === undefined ? none : read(table);
  };
  return {
    createCampaign: async (campaign, clients, audit, version) =>
      createCampaign(tables, campaign, clients, audit, version),
    readCampaign: async (campaign) => from(campaign, ({ record }) => record, null),
    campaigns: async (statuses) =>
      [...tables.campaigns.values()]
        .filter((table) => statuses === undefined || statuses.some((each) => each === statusOf(table)))
        .map(({ record }) => record)
        .sort(byCreation),
    commitCampaign: async (next, version, audit, conditions) =>
      commitCampaign(tables, next, version, audit, conditions),
    readHalt: async () => tables.halt,
    commitHalt: async (halt, version, audit) => commitHalt(tables, halt, version, audit),
    starts: async () => tables.starts,
    counters: async (campaign) => from(campaign, ({ counters }) => Object.fromEntries(counters), {}),
    repairReplicas: async () => [],
    shareBudget: async () => undefined,
    overlap: async (campaign, limit) => overlap(tables, campaign, limit),
    slotsInUse: async (campaign) => from(campaign, slotsInUse, { active: 0, perLogonServer: {} }),
    queued: async (campaign, limit, isOpen) =>
      from<Queued | Promise<Queued>>(campaign, (table) => queued(tables, table, limit, isOpen), nobody),
    admit: async (campaign, picks, at, leader) => admit(tables, campaign, picks, at, leader),
  };
}

type UpgradePart = Pick<
  Store,
  | 'readUpgrade'
  | 'readWaiting'
  | 'waiting'
  | 'upgrades'
  | 'claimOf'
  | 'begin'
  | 'commit'
  | 'commitIdle'
  | 'renew'
  | 'deliver'
>;

const upgradesOf = (tables: Tables, now: () => number): UpgradePart => ({
  readUpgrade: async (key) => rowOf(tables, key)?.stored ?? null,
  readWaiting: async ({ campaign, client }) => tables.campaigns.get(campaign)?.waiting.get(client) ?? null,
  waiting: (campaign) => each(tables.campaigns.get(campaign)?.waiting.values() ?? []),
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

/** Reads from a copy, so that what happens between two steps of the reader does not disturb it. */
async function* each<T>(values: Iterable<T>): AsyncGenerator<T> {
  yield* Array.from(values);
}

const newestFirst = (
  entries: readonly AuditEntry[],
  limit: number,
  { campaign, client }: { readonly campaign?: string; readonly client?: string },
): readonly AuditEntry[] =>
  entries
    .toReversed()
    .filter((entry) => campaign === undefined || entry.campaign === campaign)
    .filter((entry) => client === undefined || entry.client === client)
    .slice(0, limit);
