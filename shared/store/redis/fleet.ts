import { randomUUID } from 'node:crypto';
import type { Client, Release } from '../../domain/definition.ts';
import { writtenEvidenceSeconds } from '../sealing.ts';
import type { AuditEntry, Evidence, Store } from '../store.ts';
import { auditFields, evidenceFields } from './audit.ts';
import { clientOf, fleetText, homeIn, shardOf } from './fleet-text.ts';
import { list } from './scripts.ts';
import { inPieces, scanHash, type Shard, valuesOf } from './shard.ts';
import type { Shards } from './shards.ts';

type FleetPart = globalThis.Pick<
  Store,
  'importFleet' | 'readClient' | 'fleet' | 'fleetSize' | 'stageRelease' | 'readRelease' | 'releases'
>;

const pieceSize = 1_000;
/** Staged keys whose writer died are gone after this. */
export const stagingSeconds = 3_600;

export const fleetOf = (shards: Shards): FleetPart => ({
  importFleet: (clients, audit) => importFleet(shards, clients, audit ?? null),
  ...readsOf(shards.head),
});

const readsOf = (shard: Shard): Omit<FleetPart, 'importFleet'> => ({
  readClient: async (client) => {
    const found = await shard.redis.hget(shard.keys.of('fleet'), client);
    return found === null ? null : clientOf(client, found);
  },
  fleet: () => fleet(shard),
  fleetSize: () => shard.redis.hlen(shard.keys.of('fleet')),
  stageRelease: (release, evidence, audit) => stageRelease(shard, release, evidence, audit),
  readRelease: async (release) => {
    const found = await shard.redis.hget(shard.keys.of('releases'), release);
    return found === null ? null : (JSON.parse(found) as Release);
  },
  releases: async () => {
    const found = (await shard.redis.hvals(shard.keys.of('releases'))).map(
      (text) => JSON.parse(text) as Release,
    );
    return found.sort((a, b) => (a.release < b.release ? -1 : 1));
  },
});

/**
 * Stages what is new or different in pieces, then one script moves it in: a crash on the way changes nothing. With
 * several shards a client's home follows from its entry before, so an import that another one overtook begins again.
 */
async function importFleet(
  shards: Shards,
  clients: readonly Client[],
  audit: AuditEntry | null,
): ReturnType<Store['importFleet']> {
  for (;;) {
    const imported = await tryImport(shards, clients, audit);
    if (imported !== null) return imported;
  }
}

async function tryImport(
  { head, others, all }: Shards,
  clients: readonly Client[],
  audit: AuditEntry | null,
): Promise<Awaited<ReturnType<Store['importFleet']>> | null> {
  const { redis, keys } = head;
  const imports = others.length === 0 ? '' : ((await redis.get(keys.of('imports'))) ?? '0');
  const token = randomUUID();
  let added = 0;
  let changed = 0;
  for (const piece of inPieces(clients, pieceSize)) {
    const before = await redis.hmget(keys.of('fleet'), ...piece.map(({ client }) => client));
    const rows = piece.map((client, at) => rowOf(client, before[at] ?? null, all.length));
    const different = rows.filter(({ text, known }) => text !== known);
    const replaced = different.filter(({ known }) => known !== null).length;
    changed += replaced;
    added += different.length - replaced;
    await stage(head, token, different);
  }
  const total = Number(await head.run('import-fleet', token, imports, ...list(auditFields(audit, null))));
  return total < 0 ? null : { added, changed, total };
}

interface FleetRow {
  readonly client: string;
  readonly text: string;
  /** As it is in the fleet now. */
  readonly known: string | null;
}

function rowOf(client: Client, known: string | null, shards: number): FleetRow {
  const home = known === null ? shardOf(client.logonServer, shards) : homeIn(known, shards);
  return { client: client.client, text: fleetText(client, home, shards), known };
}

async function stage({ redis, keys }: Shard, token: string, entries: readonly FleetRow[]): Promise<void> {
  if (entries.length === 0) return;
  const staging = keys.of('staging', token);
  const rows = entries.flatMap(({ client, text }) => [client, text]);
  valuesOf(
    await redis
      .pipeline()
      .hset(staging, ...rows)
      .expire(staging, stagingSeconds)
      .exec(),
  );
}

async function* fleet(shard: Shard): AsyncGenerator<Client> {
  for await (const page of scanHash(shard, shard.keys.of('fleet'))) {
    for (const [client, text] of page) yield clientOf(client, text);
  }
}

async function stageRelease(
  { run }: Shard,
  release: Release,
  evidence: Evidence,
  audit: AuditEntry,
): Promise<void> {
  await run(
    'stage-release',
    release.release,
    JSON.stringify(release),
    writtenEvidenceSeconds,
    ...list(auditFields(audit, null, [evidence])),
    ...list(evidenceFields([evidence])),
  );
}
