import { randomUUID } from 'node:crypto';
import type { Client } from '../../../domain/campaign/definition.ts';
import { type Twin, TwinFinder } from '../../../domain/campaign/machine.ts';
import type { Imported, ImportOutcome } from '../../fleet-store.ts';
import type { AuditEntry } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, named, scriptFile } from '../core/scripts.ts';
import { inPieces, scanHash, type Shard, valuesOf } from '../core/shard.ts';
import { fleetSize } from './fleet.ts';
import { noteFleetNames } from './fleet-names.ts';
import { formerHomes } from './former-homes.ts';
import { fleetText, homeShardIn, hostIn, shardOfServer } from './fleet-text.ts';
import {
  type Entry,
  fleetVersion,
  indexChange,
  indexFleet,
  indexMembers,
  possibleTwins,
  stageMembers,
} from './machine-index.ts';
import { serverChanges, serverList } from './server-index.ts';

const importFleetScript = scriptFile(import.meta.url, 'import-fleet.lua');

const pieceSize = 1_000;
/** Real seconds after which staged keys whose writer died are gone. */
export const stagingSeconds = 3_600;
/**
 * How many rows one script adds to the fleet without a noticeable delay. More rows are staged
 * together with a copy of the fleet, which then takes its place.
 */
const addedAtMost = 10_000;
/** Real seconds for which one page of the fleet may keep check-ins from changing an address. */
const importingSeconds = 60;

/**
 * Imports clients so that readers see the old fleet or the new one, and a crash changes nothing:
 * all rows are staged in pieces, and one short script makes them the fleet. Begins again when
 * another change came first, or when Redis lost a part of what was staged.
 * @param shards how many shards the store has
 */
export async function importFleet(
  head: Shard,
  shards: number,
  clients: readonly Client[],
  audit: AuditEntry | null,
): Promise<Imported> {
  for (;;) {
    const outcome = await tryImport(head, { shards, clients, audit, isUnique: false });
    if (outcome?.kind === 'imported') return outcome.imported;
  }
}

/** The same, refused when two clients of the fleet would be one machine. */
export async function importUnique(
  head: Shard,
  shards: number,
  clients: readonly Client[],
  audit: AuditEntry,
): Promise<ImportOutcome> {
  for (;;) {
    const outcome = await tryImport(head, { shards, clients, audit, isUnique: true });
    if (outcome !== null) return outcome;
  }
}

/** Clients of this list that would be a second client of a machine in the fleet. */
export async function twinsOf(head: Shard, clients: readonly Client[]): Promise<readonly Twin[]> {
  await indexFleet(head);
  const search = searchTwins(await differentRows(head, clients, 1));
  search.look(await possibleTwins(head, search.machines));
  return search.found(clients);
}

interface Order {
  readonly shards: number;
  readonly clients: readonly Client[];
  readonly audit: AuditEntry | null;
  /** Two clients of the fleet must not be one machine. */
  readonly isUnique: boolean;
}

/** Null when another change of the fleet came first, or a part of what was staged is gone. */
async function tryImport(
  head: Shard,
  { shards, clients, audit, isUnique }: Order,
): Promise<ImportOutcome | null> {
  const isSearched = isUnique && (await fleetSize(head)) > 0;
  if (isSearched) await indexFleet(head);
  const version = await fleetVersion(head);
  const different = await differentRows(head, clients, shards);
  const isLarge = different.length > addedAtMost;
  const search = searchTwins(isSearched ? different : []);
  const token = randomUUID();
  let members = 0;
  if (isLarge) members = await stageFleet(head, token, different, search.look);
  else search.look(await possibleTwins(head, search.machines));
  const twins = search.found(clients);
  if (twins.length > 0) {
    const { redis, keys } = head;
    const staged = [keys.of('staging', token), keys.of('staging', token, 'machines')];
    await redis.unlink(...staged, keys.of('importing'));
    return { kind: 'twins', twins };
  }
  members += await stageRows(head, token, different, isLarge);
  const changed = different.filter(({ known }) => known !== null).length;
  const added = different.length - changed;
  const way = isLarge ? 'replace' : 'add';
  const asked = { token, ...version, way, rows: different.length, new: added, members };
  const lists = [...list(auditFields(audit, null)), ...serverList(serverChanges(different))];
  const total = Number(await head.run(importFleetScript, named(asked), ...lists));
  if (total < 0) return null;
  await noteFleetNames(head, Number(version.imports), different);
  return { kind: 'imported', imported: { added, changed, total } };
}

/**
 * Stages a copy of the fleet, and the index of its machines but for the rows that take the place
 * of entries. Check-ins change no address meanwhile: the copy would not have it.
 * @returns how many members of the index were staged
 */
async function stageFleet(
  head: Shard,
  token: string,
  rows: readonly FleetRow[],
  look: (page: readonly Entry[]) => void,
): Promise<number> {
  const replaced = new Set(rows.map(({ client }) => client));
  let members = 0;
  for await (const page of scanHash(head, head.keys.of('fleet'))) {
    await head.redis.set(head.keys.of('importing'), token, 'EX', importingSeconds);
    look(page);
    await stage(head, token, page.flat());
    const added = page
      .filter(([client]) => !replaced.has(client))
      .flatMap(([client, text]) => indexMembers({ client, host: hostIn(client, text) }));
    await stageMembers(head, token, { added, removed: [] });
    members += added.length;
  }
  return members;
}

/** @returns how many members of the index were staged */
async function stageRows(
  head: Shard,
  token: string,
  rows: readonly FleetRow[],
  isWhole: boolean,
): Promise<number> {
  let members = 0;
  for (const piece of inPieces(rows, pieceSize)) {
    await stage(
      head,
      token,
      piece.flatMap(({ client, text }) => [client, text]),
    );
    const changes = piece.map(({ client, text, known }) => indexChange(client, isWhole ? null : known, text));
    const added = changes.flatMap((change) => change.added);
    const removed = changes.flatMap((change) => change.removed);
    await stageMembers(head, token, { added, removed });
    members += added.length + removed.length;
  }
  return members;
}

/** Looks through entries of the fleet for machines of which the new rows make a second client. */
function searchTwins(rows: readonly FleetRow[]) {
  const machines = rows
    .filter(({ client, text, known }) => known === null || hostIn(client, known) !== hostIn(client, text))
    .map(({ client, text }) => ({ client, host: hostIn(client, text) }));
  const finder = new TwinFinder();
  for (const machine of machines) finder.add(machine);
  const met: Twin[] = [];
  return {
    machines,
    look: (page: readonly Entry[]): void => {
      if (finder.size === 0) return;
      for (const [client, text] of page) {
        const twin = finder.twinOf({ client, host: hostIn(client, text) });
        if (twin !== null) met.push({ client: twin.other, other: client, key: twin.key });
      }
    },
    /** Entries that the list itself replaces do not count: they get another host. */
    found: (listed: readonly Client[]): readonly Twin[] => {
      if (met.length === 0) return met;
      const ids = new Set(listed.map(({ client }) => client));
      return met.filter(({ other }) => !ids.has(other));
    },
  };
}

interface FleetRow {
  readonly client: string;
  readonly text: string;
  /** The text in the fleet now; null for a new client. */
  readonly known: string | null;
}

async function differentRows(
  { redis, keys }: Shard,
  clients: readonly Client[],
  shards: number,
): Promise<readonly FleetRow[]> {
  // The last row of a client wins: the script counts the staged rows.
  const found = new Map<string, FleetRow>();
  for (const piece of inPieces(clients, pieceSize)) {
    const known = await redis.hmget(keys.of('fleet'), ...piece.map(({ client }) => client));
    const former = shards === 1 ? [] : await formerHomes({ redis, keys }, piece.map(nameIn));
    const rows = piece.map((client, at) => rowOf(client, known[at] ?? null, shards, former[at] ?? null));
    for (const row of rows.filter((each) => each.text !== each.known)) found.set(row.client, row);
  }
  return [...found.values()];
}

const nameIn = ({ client }: Client): string => client;

/**
 * A client keeps the home shard of its entry before, and of a former client of its name.
 */
function rowOf(client: Client, known: string | null, shards: number, former: number | null): FleetRow {
  const home =
    known === null ? (former ?? shardOfServer(client.logonServer, shards)) : homeShardIn(known, shards);
  return { client: client.client, text: fleetText(client, home, shards), known };
}

async function stage({ redis, keys }: Shard, token: string, rows: readonly string[]): Promise<void> {
  if (rows.length === 0) return;
  const staging = keys.of('staging', token);
  valuesOf(
    await redis
      .pipeline()
      .hset(staging, ...rows)
      .expire(staging, stagingSeconds)
      .exec(),
  );
}
