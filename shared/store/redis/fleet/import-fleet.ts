import { randomUUID } from 'node:crypto';
import type { Client } from '../../../domain/campaign/definition.ts';
import { type Twin, TwinFinder } from '../../../domain/campaign/machine.ts';
import type { Imported, ImportOutcome } from '../../fleet-store.ts';
import type { AuditEntry } from '../../types.ts';
import { auditFields } from '../audit/audit.ts';
import { list, named, scriptFile } from '../core/scripts.ts';
import { inPieces, scanHash, type Shard, valuesOf } from '../core/shard.ts';
import { fleetSize } from './fleet.ts';
import { fleetText, homeShardIn, hostIn, shardOfServer } from './fleet-text.ts';

const importFleetScript = scriptFile(import.meta.url, 'import-fleet.lua');

const pieceSize = 1_000;
/** Real seconds after which staged keys whose writer died are gone. */
export const stagingSeconds = 3_600;
/**
 * How many rows one script adds to the fleet without a noticeable delay. More rows are staged
 * together with a copy of the fleet, which then takes its place.
 */
const addedAtMost = 10_000;

/**
 * Imports clients so that readers see the old fleet or the new one, and a crash changes nothing:
 * all rows are staged in pieces, and one short script makes them the fleet. Begins again when
 * another import came first, or when Redis lost a part of what was staged.
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

interface Order {
  readonly shards: number;
  readonly clients: readonly Client[];
  readonly audit: AuditEntry | null;
  /** Two clients of the fleet must not be one machine. */
  readonly isUnique: boolean;
}

/** Null when another import came first, or a part of what was staged is gone. */
async function tryImport(
  head: Shard,
  { shards, clients, audit, isUnique }: Order,
): Promise<ImportOutcome | null> {
  const imports = (await head.redis.get(head.keys.of('imports'))) ?? '0';
  const different = await differentRows(head, clients, shards);
  const changed = different.filter(({ known }) => known !== null).length;
  const added = different.length - changed;
  const token = randomUUID();
  const isLarge = different.length > addedAtMost;
  const isSearched = isUnique && (await fleetSize(head)) > 0;
  const search = searchTwins(isSearched ? different : []);
  if (isLarge || search.isNeeded)
    for await (const page of scanHash(head, head.keys.of('fleet'))) {
      search.look(page);
      if (isLarge) await stage(head, token, page.flat());
    }
  const twins = search.found(clients);
  if (twins.length > 0) {
    await head.redis.unlink(head.keys.of('staging', token));
    return { kind: 'twins', twins };
  }
  for (const piece of inPieces(different, pieceSize))
    await stage(
      head,
      token,
      piece.flatMap(({ client, text }) => [client, text]),
    );
  const total = Number(
    await head.run(
      importFleetScript,
      named({ token, imports, way: isLarge ? 'replace' : 'add', rows: different.length, new: added }),
      ...list(auditFields(audit, null)),
    ),
  );
  return total < 0 ? null : { kind: 'imported', imported: { added, changed, total } };
}

/** Looks through the fleet for machines that the new rows would make a second client of. */
function searchTwins(rows: readonly FleetRow[]) {
  const finder = new TwinFinder();
  for (const { client, text, known } of rows) {
    const host = hostIn(client, text);
    if (known === null || hostIn(client, known) !== host) finder.add({ client, host });
  }
  const met: Twin[] = [];
  return {
    isNeeded: finder.size > 0,
    look: (page: readonly (readonly [string, string])[]): void => {
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
    const rows = piece.map((client, at) => rowOf(client, known[at] ?? null, shards));
    for (const row of rows.filter((each) => each.text !== each.known)) found.set(row.client, row);
  }
  return [...found.values()];
}

/** A client keeps the home shard of its entry before. */
function rowOf(client: Client, known: string | null, shards: number): FleetRow {
  const home = known === null ? shardOfServer(client.logonServer, shards) : homeShardIn(known, shards);
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
