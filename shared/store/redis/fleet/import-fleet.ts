import { randomUUID } from 'node:crypto';
import type { Client } from '../../../domain/campaign/definition.ts';
import type { Store } from '../../store.ts';
import { auditFields } from '../audit/audit.ts';
import { fleetText, homeIn, shardOf } from './fleet-text.ts';
import { list } from '../core/scripts.ts';
import { inPieces, scanHash, type Shard, valuesOf } from '../core/shard.ts';
import type { Shards } from '../sharding/shards.ts';
import type { AuditEntry } from '../../types.ts';

type Imported = Awaited<ReturnType<Store['importFleet']>>;

const pieceSize = 1_000;
/** Staged keys whose writer died are gone after this. */
export const stagingSeconds = 3_600;
/** So many rows one script moves into the fleet without anybody noticing; more are staged beside a copy of it that takes its place. */
const movedAtMost = 10_000;

/**
 * Readers see the old fleet or the new one, and a crash on the way changes nothing: everything is staged in pieces, and one short
 * script makes it the fleet. An import that another one overtook begins again, and so does one of which Redis lost something.
 */
export async function importFleet(
  shards: Shards,
  clients: readonly Client[],
  audit: AuditEntry | null,
): Promise<Imported> {
  for (;;) {
    const imported = await tryImport(shards, clients, audit);
    if (imported !== null) return imported;
  }
}

/** Null when another import came between, or what was staged did not stay. */
async function tryImport(
  { head, all }: Shards,
  clients: readonly Client[],
  audit: AuditEntry | null,
): Promise<Imported | null> {
  const imports = (await head.redis.get(head.keys.of('imports'))) ?? '0';
  const different = await differentRows(head, clients, all.length);
  const changed = different.filter(({ known }) => known !== null).length;
  const token = randomUUID();
  const isLarge = different.length > movedAtMost;
  if (isLarge) await stageCopy(head, token);
  for (const piece of inPieces(different, pieceSize))
    await stage(
      head,
      token,
      piece.flatMap(({ client, text }) => [client, text]),
    );
  const total = Number(
    await head.run(
      'import-fleet',
      token,
      imports,
      isLarge ? 'replace' : 'add',
      different.length,
      different.length - changed,
      ...list(auditFields(audit, null)),
    ),
  );
  return total < 0 ? null : { added: different.length - changed, changed, total };
}

interface FleetRow {
  readonly client: string;
  readonly text: string;
  /** As it is in the fleet now. */
  readonly known: string | null;
}

async function differentRows(
  { redis, keys }: Shard,
  clients: readonly Client[],
  shards: number,
): Promise<readonly FleetRow[]> {
  // The last entry of a client counts: what is staged is counted.
  const found = new Map<string, FleetRow>();
  for (const piece of inPieces(clients, pieceSize)) {
    const known = await redis.hmget(keys.of('fleet'), ...piece.map(({ client }) => client));
    const rows = piece.map((client, at) => rowOf(client, known[at] ?? null, shards));
    for (const row of rows.filter((each) => each.text !== each.known)) found.set(row.client, row);
  }
  return [...found.values()];
}

/** A client's home shard follows from its entry before. */
function rowOf(client: Client, known: string | null, shards: number): FleetRow {
  const home = known === null ? shardOf(client.logonServer, shards) : homeIn(known, shards);
  return { client: client.client, text: fleetText(client, home, shards), known };
}

async function stageCopy(head: Shard, token: string): Promise<void> {
  for await (const page of scanHash(head, head.keys.of('fleet'))) await stage(head, token, page.flat());
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
