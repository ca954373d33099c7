import type { CopyStatus } from '../../shared/domain/campaign/copies.ts';
import type { Client, Release } from '../../shared/domain/campaign/definition.ts';
import { machineOf, nameOf, type Twin } from '../../shared/domain/campaign/machine.ts';
import { type CheckInStore, everyClient } from '../../shared/store/check-in-store.ts';
import type { DrawnNames, FleetStore } from '../../shared/store/fleet-store.ts';
import { isInRange, nameKey } from '../../shared/store/name-order.ts';
import { byServer, manifestOf, type ReleaseStore } from '../../shared/store/release-store.ts';
import { rememberedMs, type WorkerRegistry } from '../../shared/store/worker-registry.ts';
import { addAudit, keepEvidence } from './audit.ts';
import { isDeposed } from './leader.ts';
import { type CampaignTable, compare, each, type Tables } from './tables.ts';

export const fleetStoreOf = (tables: Tables): FleetStore => ({
  importFleet: async (clients, audit) => {
    addAudit(tables, audit ?? null, null);
    return importFleet(tables, clients);
  },
  importUnique: async (clients, audit) => {
    const twins = twinsOf(tables, clients);
    if (twins.length > 0) return { kind: 'twins', twins };
    addAudit(tables, audit, null);
    return { kind: 'imported', imported: importFleet(tables, clients) };
  },
  readClient: async (client) => tables.fleet.get(client) ?? null,
  readClients: async (clients) => clients.map((client) => tables.fleet.get(client) ?? null),
  twinsOf: async (clients) => twinsOf(tables, clients),
  logonServers: async () => {
    const found = new Map<string, number>();
    for (const { logonServer } of tables.fleet.values())
      found.set(logonServer, (found.get(logonServer) ?? 0) + 1);
    return found;
  },
  spellings: async (names) =>
    names.map((name) => [...tables.fleet.keys()].filter((each) => nameOf(each) === nameOf(name)).sort()),
  fleet: () => each(tables.fleet.values()),
  fleetByName: async (range) => {
    const found = [...tables.fleet.values()]
      .filter(({ client }) => isInRange(nameKey(client), range))
      .sort((a, b) => (nameKey(a.client) < nameKey(b.client) ? -1 : 1));
    const clients = found.slice(0, range.limit);
    const last = clients.at(-1);
    const isEnd = last === undefined || found.length <= range.limit;
    return { clients, read: clients.length, through: isEnd ? null : nameKey(last.client) };
  },
  fleetServers: async (logonServers) =>
    [...tables.fleet.values()].filter(
      ({ role, logonServer }) => role === 'server' && (logonServers?.includes(logonServer) ?? true),
    ).length,
  drawNames: async (draws) => drawNames([...tables.fleet.keys()], draws),
  fleetNames: () => each(tables.fleet.keys()),
  fleetSize: async () => tables.fleet.size,
  fleetChanges: async () => [tables.imports, tables.removals, tables.starts].join(' '),
});

function drawNames(clients: readonly string[], draws: readonly number[]): DrawnNames {
  const names = clients.toSorted(compare);
  const parts = Array.from({ length: Math.ceil(names.length / 128) }, (_, at) =>
    names.slice(at * 128, (at + 1) * 128),
  );
  const isWhole = parts.length <= draws.length;
  const drawn = new Set(draws.map((draw) => draw % parts.length));
  return { isWhole, places: isWhole ? parts : [...drawn].map((at) => parts[at] ?? []) };
}

function twinsOf({ fleet }: Tables, clients: readonly Client[]): readonly Twin[] {
  const ids = new Set(clients.map(({ client }) => client));
  const others = [...fleet.values()].filter(({ client }) => !ids.has(client));
  return clients
    .filter(({ client, host }) => fleet.get(client)?.host !== host)
    .flatMap((own) => others.map((other) => twinOf(own, other)).filter((twin) => twin !== null));
}

export function twinOf(own: Client, other: Client): Twin | null {
  const found = { client: own.client, other: other.client };
  if (nameOf(own.client) === nameOf(other.client)) return { ...found, key: 'client' };
  return machineOf(own.host) === machineOf(other.host) ? { ...found, key: 'host' } : null;
}

function importFleet(tables: Tables, clients: readonly Client[]) {
  const { fleet } = tables;
  tables.imports += 1;
  const known = clients.filter(({ client }) => fleet.has(client));
  const changed = known.filter(
    (client) => JSON.stringify(fleet.get(client.client)) !== JSON.stringify(client),
  );
  for (const client of clients) fleet.set(client.client, client);
  return { added: clients.length - known.length, changed: changed.length, total: fleet.size };
}

export const releaseStoreOf = (tables: Tables): ReleaseStore => ({
  stageRelease: async (release: Release, evidence, audit) => {
    const evidences = evidence === null ? [] : [evidence];
    tables.releases.set(release.release, release);
    openCopies(tables, release);
    tables.starts += 1;
    keepEvidence(tables, evidences);
    addAudit(tables, audit, null, evidences);
  },
  readRelease: async (release) => tables.releases.get(release) ?? null,
  releases: async () => [...tables.releases.values()].sort((a, b) => compare(a.release, b.release)),
  readCopies: async (release) => [...(tables.copies.get(release)?.found.values() ?? [])].sort(byServer),
  writeCopies: async (release, manifest, found, forgotten, leader) => {
    const copies = tables.copies.get(release);
    if (isDeposed(tables, leader) || copies?.manifest !== manifest) return false;
    for (const server of forgotten) copies.found.delete(server);
    for (const status of found) copies.found.set(status.logonServer, status);
    return true;
  },
});

/** A release that is staged again with other files makes everything unknown that was known. */
function openCopies({ copies }: Tables, release: Release): void {
  const manifest = manifestOf(release);
  if (manifest === '') copies.delete(release.release);
  else if (copies.get(release.release)?.manifest !== manifest)
    copies.set(release.release, { manifest, found: new Map<string, CopyStatus>() });
}

/** Where the release file names no copies, all logon servers share one tree. */
export function hasVerifiedCopy(tables: Tables, { record }: CampaignTable, server: string): boolean {
  const copies = tables.copies.get(record.campaign.definition.release);
  return copies === undefined || copies.found.get(server)?.state === 'verified';
}

export const checkInStoreOf = (tables: Tables): CheckInStore => ({
  tokenGenerations: async () => new Map(tables.tokens),
  leastGeneration: async (client) =>
    Math.max(1, tables.tokens.get(everyClient) ?? 1, tables.tokens.get(nameOf(client)) ?? 1),
  raiseGeneration: async (client, least, audit) => {
    const known = tables.tokens.get(nameOf(client)) ?? 1;
    if (least <= known) return known;
    tables.tokens.set(nameOf(client), least);
    addAudit(tables, audit, null);
    return least;
  },
  moveClient: async (client, host, audit) => {
    const known = tables.fleet.get(client);
    if (known === undefined || known.host === host) return { kind: 'unchanged' };
    const taken = [...tables.fleet.values()].find(
      (other) => other.client !== client && machineOf(other.host) === machineOf(host),
    );
    if (taken !== undefined) return { kind: 'taken', other: taken.client };
    tables.fleet.set(client, { ...known, host });
    tables.refusedAddresses.delete(client);
    addAudit(tables, audit, null);
    return { kind: 'moved' };
  },
  refuseAddress: async (refused, audit) => {
    const known = tables.refusedAddresses.get(refused.client);
    if (known?.host === refused.host && known.other === refused.other) return false;
    tables.refusedAddresses.set(refused.client, refused);
    addAudit(tables, audit, null);
    return true;
  },
  acceptAddress: async (client) => void tables.refusedAddresses.delete(client),
  refusedAddress: async (client) => tables.refusedAddresses.get(client) ?? null,
  refusedAddresses: async () => [...tables.refusedAddresses.values()],
});

export const workerRegistryOf = ({ workers, last }: Tables, now: () => number): WorkerRegistry => ({
  announceWorker: async (worker, ownTime, goodForMs) => {
    const heardAt = now();
    workers.set(worker.name, { worker, heardAt, until: heardAt + goodForMs, aheadMs: ownTime - heardAt });
    for (const [name, { until }] of workers) if (until <= heardAt - rememberedMs) workers.delete(name);
  },
  dismissWorker: async (name) => {
    if (workers.delete(name)) last.dismissal = now();
  },
  sinceDismissalMs: async () => (last.dismissal === null ? null : now() - last.dismissal),
  workers: async () =>
    [...workers.values()]
      .map(({ worker, heardAt, until, aheadMs }) => ({
        ...worker,
        isAlive: until > now(),
        silentMs: Math.max(0, now() - heardAt),
        aheadMs,
      }))
      .sort((a, b) => compare(a.name, b.name)),
});
