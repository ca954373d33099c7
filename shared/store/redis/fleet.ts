import { randomUUID } from 'node:crypto';
import type { Client, Release } from '../../domain/definition.ts';
import { writtenEvidenceSeconds } from '../sealing.ts';
import type { AuditEntry, Evidence, Store } from '../store.ts';
import { auditFields, evidenceFields } from './audit.ts';
import { list } from './scripts.ts';
import { inPieces, scanHash, type Shard, valuesOf } from './shard.ts';

type FleetPart = globalThis.Pick<
  Store,
  'importFleet' | 'readClient' | 'fleet' | 'fleetSize' | 'stageRelease' | 'readRelease' | 'releases'
>;

const pieceSize = 1_000;
/** Staged keys whose writer died are gone after this. */
export const stagingSeconds = 3_600;

export const fleetOf = (shard: Shard): FleetPart => ({
  importFleet: (clients, audit) => importFleet(shard, clients, audit ?? null),
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

/** A million of these are kept: an array without names, and the client's id only as the field. */
const fleetText = ({ host, logonServer, zone, role, labels }: Client): string =>
  JSON.stringify([host, logonServer, zone, role, labels]);

function clientOf(client: string, text: string): Client {
  const [host, logonServer, zone, role, labels] = JSON.parse(text) as [
    string,
    string,
    string,
    Client['role'],
    string[],
  ];
  return { client, host, logonServer, zone, role, labels };
}

/**
 * Stages what is new or different in pieces, then one script moves it in: a crash on the way changes nothing.
 */
async function importFleet(
  shard: Shard,
  clients: readonly Client[],
  audit: AuditEntry | null,
): ReturnType<Store['importFleet']> {
  const token = randomUUID();
  let added = 0;
  let changed = 0;
  for (const piece of inPieces(clients, pieceSize)) {
    const before = await shard.redis.hmget(shard.keys.of('fleet'), ...piece.map(({ client }) => client));
    const different = piece.filter((client, at) => before[at] !== fleetText(client));
    const replaced = piece.filter(
      (client, at) => before[at] !== null && before[at] !== fleetText(client),
    ).length;
    changed += replaced;
    added += different.length - replaced;
    await stage(shard, token, different);
  }
  const total = await shard.run('import-fleet', token, ...list(auditFields(audit, null)));
  return { added, changed, total: Number(total) };
}

async function stage({ redis, keys }: Shard, token: string, clients: readonly Client[]): Promise<void> {
  if (clients.length === 0) return;
  const staging = keys.of('staging', token);
  const rows = clients.flatMap((client) => [client.client, fleetText(client)]);
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
