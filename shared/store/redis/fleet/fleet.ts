import type { Client, Release } from '../../../domain/campaign/definition.ts';
import { manifestOf } from '../../copies-store.ts';
import { writtenEvidenceSeconds } from '../../seal-store.ts';
import type { Store } from '../../store.ts';
import { auditFields, evidenceFields } from '../audit/audit.ts';
import { openCopies } from './copies.ts';
import { clientOf } from './fleet-text.ts';
import { importFleet } from './import-fleet.ts';
import { list } from '../core/scripts.ts';
import { scanHash, type Shard } from '../core/shard.ts';
import type { Shards } from '../sharding/shards.ts';
import type { AuditEntry, Evidence } from '../../types.ts';

type FleetPart = Pick<
  Store,
  'importFleet' | 'readClient' | 'fleet' | 'fleetSize' | 'stageRelease' | 'readRelease' | 'releases'
>;

export const fleetOf = (shards: Shards): FleetPart => ({
  importFleet: (clients, audit) => importFleet(shards, clients, audit ?? null),
  stageRelease: async (release, evidence, audit) => {
    await openCopies(shards, release);
    await stageRelease(shards.head, release, evidence, audit);
  },
  ...readsOf(shards.head),
});

const readsOf = (shard: Shard): Omit<FleetPart, 'importFleet' | 'stageRelease'> => ({
  readClient: async (client) => {
    const found = await shard.redis.hget(shard.keys.of('fleet'), client);
    return found === null ? null : clientOf(client, found);
  },
  fleet: () => fleet(shard),
  fleetSize: () => shard.redis.hlen(shard.keys.of('fleet')),
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

async function* fleet(shard: Shard): AsyncGenerator<Client> {
  for await (const page of scanHash(shard, shard.keys.of('fleet'))) {
    for (const [client, text] of page) yield clientOf(client, text);
  }
}

async function stageRelease(
  { run }: Shard,
  release: Release,
  evidence: Evidence | null,
  audit: AuditEntry,
): Promise<void> {
  const evidences = evidence === null ? [] : [evidence];
  await run(
    'stage-release',
    release.release,
    JSON.stringify(release),
    writtenEvidenceSeconds,
    manifestOf(release),
    ...list(auditFields(audit, null, evidences)),
    ...list(evidenceFields(evidences)),
  );
}
